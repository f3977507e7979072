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
	/** A path that the node itself never asks, or the link of a video. */
	get?: string;
	post?: string;
	body?: object;
	/** The probe whose video this one needs. */
	after?: string;
	/** A day after that one, its link. */
	later?: boolean;
	/** In place of the user's. */
	apiKey?: string;
	/** How the answers decide about assumptions of docs/api.md. */
	says: Record<string, string>;
}

/** What `npm run live` asks, in this order. */
export const PROBES: readonly Probe[] = probes as unknown[] as Probe[];

const ANY = /^/;
const ENDED = /^item (done|failed|expired)/m;
const ACCEPTED = /^first 2/m;

/** When the answers decide, and what they then say if it is so: of `toText`. */
const JUDGES: Record<string, [when: RegExp, isSo: RegExp]> = {
	list: [ANY, /^first 200 .*"data"/m],
	wrongKey: [ANY, /^first 401/m],
	wrongPath: [ANY, /^first 404 .*invalid url/m],
	unknownId: [ANY, /^last (404|400 .*not_exist)/m],
	unknownModel: [ANY, /^first 503 .*model_not_found/m],
	refused: [/^first [^5]/m, /^first 4/m],
	refusedForElse: [/^first 4/m, /^first (?!.*reference)/m],
	route: [ANY, /^first (?!301|.*(invalid url|<html))/m],
	noRoute: [ANY, /^first (301|.*(invalid url|<html))/m],
	notYet: [ANY, /^first 400 .*not completed yet/m],
	opens: [ANY, /^first [123]/m],
	requestId: [ACCEPTED, /^first .*"request_id"/m],
	id: [ACCEPTED, /^first .*"id"/m],
	taskId: [ACCEPTED, /^first .*"task_id"/m],
	done: [/^(item (done|failed|expired)|first [45])/m, /^item done/m],
	failed: [ENDED, /^item failed/m],
	cost: [ENDED, /^last .*cost_in_usd_ticks/m],
	file: [/^item done/m, /^item .* with a file/m],
};

/** A line each of the first and the last answer, and of the item. */
function toText({ exchanges, item, bytes }: ProbeResult): string {
	const line = (recorded?: Recorded) =>
		`${recorded?.status} ${JSON.stringify(recorded?.answer.body)?.toLowerCase()}`;
	const of = `item ${String(item['status'])}${bytes === undefined ? '' : ' with a file'}`;
	return `first ${line(exchanges[0])}\nlast ${line(exchanges.at(-1))}\n${of}`;
}

/** What the answers say of the assumptions. */
export function verdictsOf(probe: Probe, result: ProbeResult): Record<string, boolean | undefined> {
	if (result.exchanges.length === 0) return {};
	const text = toText(result);
	const ofProbe = Object.entries(probe.says).map(([fact, name]) => {
		const [when, isSo] = JUDGES[name] ?? [];
		return [fact, when?.test(text) ? isSo?.test(text) : undefined];
	});
	const headers = result.exchanges.flatMap(({ answer }) => Object.keys(answer.headers)).join('\n');
	const ofHeaders = {
		A03: /^x-cometapi-request-id$/im.test(headers),
		A04: !/rate-?limit/i.test(headers),
	};
	return { ...(headers !== '' && ofHeaders), ...Object.fromEntries(ofProbe) };
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
