import type { INodeParameters } from 'n8n-workflow';
import type { Recorded } from './gateway.ts';
import probes from './probes.json' with { type: 'json' };

export interface ProbeResult {
	exchanges: Recorded[];
	/** The item's fields. */
	item: Record<string, unknown>;
	/** Of the downloaded file. */
	bytes?: number;
}

export interface Probe {
	id: string;
	family?: 'grok' | 'video' | 'kling';
	asks: string;
	/** The highest price in USD, by docs/models.md; of a refusal, should CometAPI not refuse it. */
	usd: number;
	refusal?: boolean;
	/** Parameters of the node, over those of the family's cheapest video. */
	node?: INodeParameters;
	/** A search of the node's pickers. */
	picker?: string;
	/** A path that the node itself never asks. */
	get?: string;
	post?: string;
	/** The probe whose video this one needs. */
	after?: string;
	/** A day after that one. */
	later?: boolean;
	/** In place of the user's. */
	apiKey?: string;
	/** How the answers decide about assumptions of docs/api.md. */
	says: Record<string, string>;
}

/** What `npm run live` asks, in this order. */
export const PROBES: readonly Probe[] = probes as unknown[] as Probe[];

/** Undefined: the answers say nothing of it. */
type Judge = (result: ProbeResult & { first: Recorded; last: Recorded }) => boolean | undefined;

const says = ({ answer }: Recorded, words: string) =>
	(JSON.stringify(answer.body) ?? '').toLowerCase().includes(words.toLowerCase());
const isRoute: Judge = ({ first }) =>
	first.status !== 301 && !says(first, 'invalid url') && !says(first, '<html');
const hasEnded = ({ item }: ProbeResult) =>
	['done', 'failed', 'expired'].includes(String(item['status']));

const JUDGES: Record<string, Judge> = {
	list: ({ first }) => first.status === 200 && says(first, '"data"'),
	wrongKey: ({ first }) => first.status === 401,
	wrongPath: ({ first }) => first.status === 404 && says(first, 'invalid url'),
	unknownId: ({ last }) => last.status === 404 || (last.status === 400 && says(last, 'not_exist')),
	unknownModel: ({ first }) => first.status === 503 && says(first, 'model_not_found'),
	refused: ({ first }) => (first.status < 500 ? first.status >= 400 : undefined),
	route: isRoute,
	noRoute: (result) => !isRoute(result),
	notYet: ({ first }) => first.status === 400 && says(first, 'not completed yet'),
	opens: ({ first }) => first.status < 400,
	requestId: ({ first }) => (first.status < 300 ? says(first, '"request_id"') : undefined),
	id: ({ first }) => (first.status < 300 ? says(first, '"id"') : undefined),
	taskId: ({ first }) => (first.status < 300 ? says(first, '"task_id"') : undefined),
	done: (result) =>
		hasEnded(result) || result.first.status >= 400 ? result.item['status'] === 'done' : undefined,
	failed: (result) => (hasEnded(result) ? result.item['status'] === 'failed' : undefined),
	cost: (result) => (hasEnded(result) ? says(result.last, 'cost_in_usd_ticks') : undefined),
	file: ({ item, bytes }) => (item['status'] === 'done' ? bytes !== undefined : undefined),
};

/** What the answers say of the assumptions. */
export function verdictsOf(probe: Probe, result: ProbeResult): Record<string, boolean | undefined> {
	const [first] = result.exchanges;
	const last = result.exchanges.at(-1);
	if (!first || !last) return {};
	const names = result.exchanges.flatMap(({ answer }) => Object.keys(answer.headers));
	const ofHeaders = {
		A03: names.some((name) => /^x-cometapi-request-id$/i.test(name)),
		A04: !names.some((name) => /rate-?limit/i.test(name)),
	};
	const ofProbe = Object.entries(probe.says).map(([fact, judge]) => [
		fact,
		JUDGES[judge]?.({ ...result, first, last }),
	]);
	return { ...(names.length > 0 && ofHeaders), ...Object.fromEntries(ofProbe) };
}

const CHEAPEST: Record<string, INodeParameters> = {
	grok: { model: 'grok-imagine-video', duration: 1, resolution: '480p' },
	video: { model: 'viduq3-turbo', duration: 1, options: { size: '640x352' } },
	kling: { model: 'kling-v2-6' },
};

/** The node's parameters; the prompt has nothing of anybody's. */
export function parametersOf({ family = 'grok', node = {} }: Probe): INodeParameters {
	const { model, ...parameters }: INodeParameters = {
		...{ resource: family, operation: 'create', prompt: 'A candle flickers on a wooden table.' },
		...{ waitForCompletion: node['operation'] !== 'getStatus', inputDataFieldName: 'image' },
		...CHEAPEST[family],
		...node,
	};
	return { ...parameters, model: { __rl: true, mode: 'id', value: String(model) } };
}
