/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import axios from 'axios';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, LOOPBACK, withoutProxy } from '../services/loopback.ts';
import { type Exit, spawnGroup } from '../services/processGroup.js';
import { type Installation, ensureN8n } from './installation.ts';

export interface N8nServer {
	readonly url: string;
	readonly port: number;
	readonly pid: number;
	readonly userFolder: string;
	/** Everything that n8n has printed so far, line by line. */
	readonly log: readonly string[];
	readonly exited: Promise<Exit>;
	/** Ends the server as a service manager would; a user folder that it made itself is removed. */
	stop(): Promise<void>;
	/** SIGTERM, and SIGKILL after so many milliseconds. The user folder stays. */
	end(graceMs: number): Promise<void>;
	/** SIGKILL: what a crash leaves behind. The user folder stays. */
	kill(): Promise<void>;
}

export interface N8nServerOptions {
	/** Where .n8n is kept; without it a temporary one that `stop` removes. */
	userFolder?: string;
	port?: number;
	env?: Record<string, string>;
	/** Told every line that n8n prints. */
	log?: (line: string) => void;
	installation?: Installation;
	signal?: AbortSignal | undefined;
}

const START_LIMIT_MS = 120_000;
const STOP_GRACE_MS = 15_000;

/** A temporary folder for a server of one's own life span; the caller removes it. */
export async function createUserFolder(): Promise<string> {
	return await mkdtemp(join(tmpdir(), 'n8n-cometapi-video-'));
}

/** A real n8n on embedded SQLite, reachable from this machine only. Resolves once its REST API answers. */
export async function startN8n(options: N8nServerOptions = {}): Promise<N8nServer> {
	const installation = options.installation ?? (await ensureN8n());
	const userFolder = options.userFolder ?? (await createUserFolder());
	const port = options.port ?? (await freePort());
	const url = `http://${LOOPBACK}:${port}`;
	const log: string[] = [];

	const group = await spawnGroup(process.execPath, [installation.n8nBin, 'start'], {
		cwd: userFolder,
		env: { ...(await n8nEnvironment(userFolder, port)), ...options.env },
		onLine: (line) => {
			log.push(line);
			options.log?.(line);
		},
	});
	const removeOwnFolder = async () => {
		if (options.userFolder !== undefined) return;
		await rm(userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	};
	const stop = async () => {
		await group.end(STOP_GRACE_MS);
		await removeOwnFolder();
	};

	await waitUntilUp(url, group.exited, options.signal).catch(async (error: unknown) => {
		await stop();
		if (options.signal?.aborted) throw error;
		const reason = error instanceof Error ? error.message : String(error);
		throw new Error(`n8n did not start: ${reason}\n${lastLines(log)}`);
	});
	return {
		url,
		port,
		pid: group.pid,
		userFolder,
		log,
		exited: group.exited,
		stop,
		end: group.end,
		kill: group.kill,
	};
}

/** The end of a server's log, without the hundreds of lines of its database set-up. */
export function lastLines(log: readonly string[], count = 25): string {
	const telling = log.filter((line) => !/^(Starting|Finished) migration /.test(line));
	return telling.slice(-count).join('\n');
}

// The health routes answer before the REST routes exist, so they say nothing.
async function waitUntilUp(url: string, exited: Promise<Exit>, signal?: AbortSignal) {
	let exit: Exit | undefined;
	void exited.then((value) => (exit = value));
	const deadline = Date.now() + START_LIMIT_MS;
	while (!(await answers(`${url}/rest/settings`))) {
		if (exit) throw new Error(`it ended with ${exit.signal ?? `code ${exit.code}`}`);
		if (Date.now() > deadline) throw new Error(`no answer within ${START_LIMIT_MS / 1000} s`);
		await sleep(150, undefined, { signal });
	}
}

async function answers(url: string): Promise<boolean> {
	const get = axios.get(url, { proxy: false, timeout: 5_000, validateStatus: () => true });
	return await get.then(
		({ status, data }) => status === 200 && typeof data === 'object',
		() => false,
	);
}

// Only what a process needs of its machine: a developer's own N8N_… or DB_… must not reach this n8n.
function inheritedEnvironment(): NodeJS.ProcessEnv {
	const wanted =
		/^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TMP|TEMP|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL)_PROXY|SYSTEMROOT|USERPROFILE|APPDATA|LOCALAPPDATA|COMSPEC|PATHEXT)$/i;
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => wanted.test(name)));
}

/** What an n8n process needs to reach nobody but this machine, whichever of n8n's commands it runs. */
export async function n8nEnvironment(userFolder: string, port: number): Promise<NodeJS.ProcessEnv> {
	return {
		...inheritedEnvironment(),
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_HOST: LOOPBACK,
		N8N_LISTEN_ADDRESS: LOOPBACK,
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_SECURE_COOKIE: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
		// Nothing that calls n8n's own hosts.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_DISABLED_MODULES: 'mcp-registry',
		EXTERNAL_FRONTEND_HOOKS_URLS: '',
		NO_PROXY: withoutProxy(),
	};
}
