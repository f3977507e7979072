/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import axios, { type AxiosInstance, type ResponseType, isAxiosError } from 'axios';
import { randomBytes, randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { parseFlatted } from './flatted.ts';

/** The owner of each n8n that this process sets up. */
export const owner = {
	email: 'owner@example.com',
	// n8n asks for a capital letter and a digit.
	password: `${randomBytes(9).toString('base64url')}-A1`,
	firstName: 'Demo',
	lastName: 'Owner',
} as const;

const named = z.object({ id: z.string(), name: z.string(), type: z.string().optional() });

const workflowNode = z
	.object({
		name: z.string(),
		type: z.string(),
		credentials: z.record(z.object({ id: z.string(), name: z.string() })).optional(),
	})
	.passthrough();

const workflowShape = z
	.object({
		name: z.string(),
		nodes: z.array(workflowNode),
		connections: z.record(z.unknown()),
		settings: z.record(z.unknown()).optional(),
	})
	.passthrough();

const itemShape = z
	.object({ json: z.record(z.unknown()), binary: z.record(z.unknown()).optional() })
	.passthrough();

const failureShape = z.object({ message: z.string(), description: z.string().nullish() });

const runShape = z
	.object({
		executionTime: z.number().optional(),
		error: failureShape.passthrough().optional(),
		data: z
			.object({ main: z.array(z.array(itemShape).nullable()) })
			.partial()
			.optional(),
	})
	.passthrough();

const executionDataShape = z
	.object({
		resultData: z
			.object({
				runData: z.record(z.array(runShape)).default({}),
				error: failureShape.passthrough().optional(),
			})
			.passthrough(),
	})
	.passthrough()
	// Nothing is stored yet in the first moments of an execution.
	.default({ resultData: {} });

const executionShape = z
	.object({
		id: z.coerce.string(),
		status: z.string(),
		finished: z.boolean(),
		data: z.string(),
		customData: z.record(z.string()).default({}),
	})
	.passthrough();

const executionList = z.object({
	results: z.array(z.object({ id: z.coerce.string(), retryOf: z.coerce.string().nullish() })),
});

/** Only n8n 2 knows the last: there, what is active is one version of the workflow. */
const storedWorkflow = z.object({ versionId: z.string(), activeVersionId: z.unknown() });

/** `data` has the file itself, in base64, unless n8n keeps it elsewhere under an `id`. */
const storedFile = z.object({ id: z.string().optional(), data: z.string() });

const tableList = z.object({
	data: z.array(z.object({ id: z.string(), name: z.string(), projectId: z.string() })),
});

const rowList = z.object({ data: z.array(z.record(z.unknown())) });

const nodeTypes = z.array(z.object({ name: z.string() }).passthrough());

export type Workflow = z.infer<typeof workflowShape>;
export type OutputItem = z.infer<typeof itemShape>;
export type ExecutionData = z.infer<typeof executionDataShape>;

export type TableRow = Record<string, unknown>;

export interface Credential {
	id: string;
	name: string;
	type: string;
}

export interface Execution {
	id: string;
	/** new, running, waiting, success, error, canceled, crashed */
	status: string;
	data: ExecutionData;
	/** What nodes noted for the list of executions. */
	customData: Record<string, string>;
}

export interface RestClient {
	/** The session cookie's value, for a browser that is to be logged in. */
	readonly sessionCookie: string;
	/** Sets up the owner of a new n8n, or logs in to one that has it already. */
	logIn(): Promise<void>;
	/** Creates the credential, or gives the one of that name the new data. */
	saveCredential(name: string, type: string, data: Record<string, unknown>): Promise<Credential>;
	/** "Connect my account" with a service that says yes at once. */
	connectAccount(credential: Credential): Promise<void>;
	/** What the credential's dialogue shows after its test. */
	testCredential(type: string, data: Record<string, unknown>): Promise<CredentialTestResult>;
	/** What a resource locator's list shows for the text that the user typed. */
	searchList(
		nodeType: string,
		method: string,
		credential: Credential,
		filter: string,
	): Promise<string[]>;
	listWorkflows(): Promise<Array<{ id: string; name: string }>>;
	createWorkflow(workflow: Workflow): Promise<{ id: string }>;
	/** Replaces what is given, as the editor does when it saves. */
	updateWorkflow(id: string, changes: Partial<Workflow>): Promise<void>;
	/** From now on its triggers start it. */
	activateWorkflow(id: string): Promise<void>;
	/**
	 * Starts the workflow at its trigger and resolves with the execution's id at once.
	 *
	 * @param triggerItem what the trigger puts out, as the editor's chat gives it
	 */
	runWorkflow(
		id: string,
		triggerName: string,
		triggerItem?: Record<string, unknown>,
	): Promise<string>;
	getExecution(id: string): Promise<Execution>;
	/** The ids of a workflow's executions, the latest first. */
	listExecutions(workflowId: string): Promise<string[]>;
	stopExecution(id: string): Promise<void>;
	/** "Retry execution" with the workflow as it was, or as it is; resolves with the new execution's id. */
	retryExecution(id: string, options?: { loadWorkflow: boolean }): Promise<string>;
	/** Resolves with the execution once it is over, however it ended. */
	waitForExecution(id: string, options?: WaitOptions): Promise<Execution>;
	/** The bytes of one of an item's files. */
	downloadFile(file: unknown): Promise<Buffer>;
	/** All rows of a data table. */
	listTableRows(tableName: string): Promise<TableRow[]>;
	/** As the user adds rows in n8n's own view of the data table. */
	addTableRows(tableName: string, rows: TableRow[]): Promise<void>;
	/** As the user changes a row there. */
	changeTableRow(tableName: string, id: unknown, values: TableRow): Promise<void>;
	/**
	 * Creates one of n8n's own Agents, sends it a message, and resolves with what the chat shows, one
	 * event each.
	 */
	chatWithAgent(schema: object, message: string): Promise<Array<Record<string, unknown>>>;
	/** The description of a node type as the editor gets it; nothing while n8n writes the list anew. */
	getNodeType(name: string): Promise<Record<string, unknown> | undefined>;
}

const identified = z.object({ id: z.string() });

/** The events of a stream that has ended. */
function eventsOf(stream: unknown): Array<Record<string, unknown>> {
	const lines = String(stream).split('\n');
	const events = lines.filter((line) => line.startsWith('data: '));
	return events.map((line) => z.record(z.unknown()).parse(JSON.parse(line.slice('data: '.length))));
}

const credentialTestResult = z.object({ status: z.enum(['OK', 'Error']), message: z.string() });
export type CredentialTestResult = z.infer<typeof credentialTestResult>;

interface WaitOptions {
	signal?: AbortSignal | undefined;
	limitMs?: number | undefined;
	/** Called after every look at the execution while it runs. */
	onPoll?: (() => void) | undefined;
}

const SESSION_COOKIE = 'n8n-auth';
const POLL_INTERVAL_MS = 250;
const OVER = new Set(['success', 'error', 'canceled', 'crashed']);

export function parseWorkflow(text: string): Workflow {
	return workflowShape.parse(JSON.parse(text));
}

/** The workflow with the credential set in every node of `nodeType`. */
export function withCredential(
	workflow: Workflow,
	nodeType: string,
	credential: Credential,
): Workflow {
	const { id, name, type } = credential;
	const nodes = workflow.nodes.map((node) =>
		node.type === nodeType ? { ...node, credentials: { [type]: { id, name } } } : node,
	);
	return { ...workflow, nodes };
}

/** The items of a node's last run, on one of its outputs. */
export function outputItems({ data }: Execution, nodeName: string, output = 0): OutputItem[] {
	return data.resultData.runData[nodeName]?.at(-1)?.data?.main?.[output] ?? [];
}

/** n8n's own REST API, as its editor uses it for the owner. */
export function createRestClient(serverUrl: string, password: string = owner.password): RestClient {
	const session: Session = { browserId: randomUUID(), cookie: '' };
	const http = createHttp(serverUrl, session);

	const logIn = async () => {
		const settings = z
			.object({ userManagement: z.object({ showSetupOnFirstLoad: z.boolean().optional() }) })
			.parse(await http.get('/settings'));
		if (settings.userManagement.showSetupOnFirstLoad) {
			await http.post('/owner/setup', { ...owner, password });
		}
		await http.post('/login', { emailOrLdapLoginId: owner.email, password });
	};

	const getExecution = async (id: string): Promise<Execution> => {
		const { status, data, customData } = executionShape.parse(await http.get(`/executions/${id}`));
		return { id, status, data: executionDataShape.parse(parseFlatted(data)), customData };
	};

	const saveCredential = async (name: string, type: string, data: Record<string, unknown>) => {
		const existing = z.array(named).parse(await http.get('/credentials'));
		const id = existing.find((each) => each.name === name && each.type === type)?.id;
		const body = { name, type, data };
		const saved = await (id === undefined
			? http.post('/credentials', body)
			: http.patch(`/credentials/${id}`, body));
		return { id: named.parse(saved).id, name, type };
	};

	const tablePath = async (tableName: string): Promise<string> => {
		const { data: tables } = tableList.parse(await http.get('/data-tables-global'));
		const table = tables.find(({ name }) => name === tableName);
		if (table === undefined) throw new Error(`There is no data table ${tableName}`);
		return `/projects/${table.projectId}/data-tables/${table.id}`;
	};

	return {
		get sessionCookie() {
			return session.cookie;
		},
		logIn,
		saveCredential,
		getExecution,

		async connectAccount({ id }) {
			const address = z
				.string()
				.url()
				.parse(await http.get(`/oauth2-credential/auth?id=${id}`));
			const query = new URLSearchParams({ code: 'yes', state: stateOf(address) });
			await http.getRaw(`/rest/oauth2-credential/callback?${query}`);
		},

		async testCredential(type, data) {
			// n8n 1 tests only what is saved.
			const credentials = { ...(await saveCredential('Tested', type, data)), data };
			return credentialTestResult.parse(await http.post('/credentials/test', { credentials }));
		},

		async searchList(nodeType, method, { id, name, type }, filter) {
			const found = await http.post('/dynamic-node-parameters/resource-locator-results', {
				path: 'parameters.model',
				nodeTypeAndVersion: { name: nodeType, version: 1 },
				methodName: method,
				currentNodeParameters: {},
				credentials: { [type]: { id, name } },
				filter,
			});
			const list = z.object({ results: z.array(z.object({ value: z.string() })) });
			return list.parse(found).results.map(({ value }) => value);
		},

		async listWorkflows() {
			return z.array(named).parse(await http.get('/workflows'));
		},

		async createWorkflow(workflow) {
			// Without `active` n8n 1 cannot store it.
			return named.parse(await http.post('/workflows', { active: false, ...workflow }));
		},

		async updateWorkflow(id, changes) {
			const { versionId } = storedWorkflow.parse(await http.get(`/workflows/${id}`));
			await http.patch(`/workflows/${id}`, { ...changes, versionId });
		},

		async activateWorkflow(id) {
			const stored = storedWorkflow.parse(await http.get(`/workflows/${id}`));
			const { versionId } = stored;
			await ('activeVersionId' in stored
				? http.post(`/workflows/${id}/activate`, { versionId })
				: http.patch(`/workflows/${id}`, { active: true, versionId }));
		},

		async runWorkflow(id, triggerName, triggerItem) {
			const workflowData = await http.get(`/workflows/${id}`);
			const data = triggerItem && triggerRun(triggerItem);
			const started = await http.post(`/workflows/${id}/run`, {
				workflowData,
				triggerToStartFrom: { name: triggerName, ...(data && { data }) },
			});
			return z.object({ executionId: z.coerce.string() }).parse(started).executionId;
		},

		async listExecutions(workflowId) {
			const filter = encodeURIComponent(JSON.stringify({ workflowId }));
			const { results } = executionList.parse(
				await http.get(`/executions?limit=100&filter=${filter}`),
			);
			return results.map(({ id }) => id);
		},

		async stopExecution(id) {
			await http.post(`/executions/${id}/stop`, {});
		},

		async retryExecution(id, { loadWorkflow } = { loadWorkflow: false }) {
			await http.post(`/executions/${id}/retry`, { loadWorkflow });
			// n8n 1 does not answer with the new execution's id.
			const { results } = executionList.parse(await http.get('/executions'));
			const retried = results.find(({ retryOf }) => retryOf === id);
			if (retried === undefined) throw new Error(`n8n has no retry of execution ${id}`);
			return retried.id;
		},

		async waitForExecution(id, { signal, limitMs = Infinity, onPoll } = {}) {
			const deadline = Date.now() + limitMs;
			while (true) {
				const execution = await getExecution(id);
				if (OVER.has(execution.status)) return execution;
				if (Date.now() > deadline) {
					throw new Error(`Execution ${id} is still ${execution.status} after ${limitMs / 1000} s`);
				}
				onPoll?.();
				await sleep(POLL_INTERVAL_MS, undefined, { signal });
			}
		},

		async downloadFile(file) {
			const { id, data } = storedFile.parse(file);
			if (id === undefined) return Buffer.from(data, 'base64');
			return await http.getBytes(`/rest/binary-data?id=${encodeURIComponent(id)}&action=download`);
		},

		async listTableRows(tableName) {
			const rows = await http.get(`${await tablePath(tableName)}/rows`);
			return rowList.parse(rows).data;
		},

		async addTableRows(tableName, rows) {
			await http.post(`${await tablePath(tableName)}/insert`, { data: rows });
		},

		async changeTableRow(tableName, id, values) {
			const filter = { type: 'and', filters: [{ columnName: 'id', condition: 'eq', value: id }] };
			await http.patch(`${await tablePath(tableName)}/rows`, { filter, data: values });
		},

		async chatWithAgent(schema, message) {
			const { id: projectId } = identified.parse(await http.get('/projects/personal'));
			const agents = `/projects/${projectId}/agents/v2`;
			const { id } = identified.parse(
				await http.post(agents, { name: 'Agent', schema: { name: 'Agent', ...schema } }),
			);
			return eventsOf(await http.postRaw(`/rest${agents}/${id}/chat`, { message }));
		},

		async getNodeType(name) {
			const types = nodeTypes.safeParse(await http.getRaw('/types/nodes.json'));
			return types.data?.find((type) => type.name === name);
		},
	};
}

function stateOf(address: string): string {
	return new URL(address).searchParams.get('state') ?? '';
}

function triggerRun(json: Record<string, unknown>): object {
	const startTime = Date.now();
	return { startTime, executionTime: 0, source: [], data: { main: [[{ json }]] } };
}

interface Session {
	readonly browserId: string;
	cookie: string;
}

interface Http {
	get(path: string): Promise<unknown>;
	/** A path outside /rest, whose answer is not wrapped in `data`. */
	getRaw(path: string): Promise<unknown>;
	/** Like `getRaw`, for an answer that is no JSON. */
	getBytes(path: string): Promise<Buffer>;
	post(path: string, body: unknown): Promise<unknown>;
	/** Like `getRaw`. */
	postRaw(path: string, body: unknown): Promise<unknown>;
	patch(path: string, body: unknown): Promise<unknown>;
}

const envelope = z.object({ data: z.unknown() });

/** What n8n says, and does nothing, while a busy machine lets its ping of the database wait. */
const NOT_READY = '503,"message":"Database is not ready!"';

function createHttp(serverUrl: string, session: Session): Http {
	// On a busy machine, n8n closes a kept connection at the moment it is used again.
	const httpAgent = new Agent({ keepAlive: false });
	const client = axios.create({ baseURL: serverUrl, proxy: false, timeout: 60_000, httpAgent });
	keepSession(client, session);

	const request = async (
		method: string,
		url: string,
		data?: unknown,
		responseType?: ResponseType,
	): Promise<unknown> => {
		const send = async (secondsLeft: number): Promise<unknown> => {
			const response = await client
				.request<unknown>({ method, url, data, ...(responseType && { responseType }) })
				.catch((error: unknown) => {
					const reason = reasonOf(error);
					if (secondsLeft > 0 && reason.includes(NOT_READY)) return undefined;
					throw new Error(`n8n refused ${method} ${url}: ${reason}`);
				});
			if (response) return response.data;
			await sleep(1_000);
			return await send(secondsLeft - 1);
		};
		return await send(60);
	};
	const rest = async (method: string, path: string, data?: unknown) =>
		envelope.parse(await request(method, `/rest${path}`, data)).data;

	return {
		get: async (path) => await rest('GET', path),
		getRaw: async (path) => await request('GET', path),
		getBytes: async (path) =>
			Buffer.from((await request('GET', path, undefined, 'arraybuffer')) as ArrayBuffer),
		postRaw: async (path, body) => await request('POST', path, body),
		post: async (path, body) => await rest('POST', path, body),
		patch: async (path, body) => await rest('PATCH', path, body),
	};
}

// n8n ties the cookie of a session to the browser-id header of its log-in.
function keepSession(client: AxiosInstance, session: Session) {
	client.interceptors.request.use((config) => {
		config.headers.set('browser-id', session.browserId);
		if (session.cookie) config.headers.set('Cookie', `${SESSION_COOKIE}=${session.cookie}`);
		return config;
	});
	client.interceptors.response.use((response) => {
		for (const cookie of response.headers['set-cookie'] ?? []) {
			const [, value] = new RegExp(`^${SESSION_COOKIE}=([^;]*)`).exec(cookie) ?? [];
			if (value) session.cookie = value;
		}
		return response;
	});
}

function reasonOf(error: unknown): string {
	if (!isAxiosError(error)) return String(error);
	return error.response ? JSON.stringify(error.response.data) : error.message;
}
