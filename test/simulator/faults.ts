import type { Family } from './families.ts';
import type { RecordedRequest, Route } from './requests.ts';

/** The real handler ran first, so a POST was accepted and billed; then the fault. */
interface AfterHandler {
	afterHandler?: boolean;
}

/** Units are ms. Kinds without afterHandler change the normal answer on its way. */
export type Fault =
	| ({
			kind: 'status';
			status: number;
			/** A string as it is, anything else as JSON; by default the error envelope. */
			body?: unknown;
			headers?: Record<string, string>;
			contentType?: string;
			/** A proxy's answer, as a text always is: without x-cometapi-request-id. */
			fromProxy?: boolean;
	  } & AfterHandler)
	| ({ kind: 'reset' } & AfterHandler)
	/** With ms the normal answer comes after all, also to a client that has left. */
	| ({ kind: 'hang'; ms?: number } & AfterHandler)
	/** With afterHandler it is accepted at once and answered late. */
	| ({ kind: 'delay'; ms: number } & AfterHandler)
	| ({ kind: 'html'; status: number } & AfterHandler)
	| ({ kind: 'empty'; status: number } & AfterHandler)
	| ({ kind: 'redirect'; status: number; location: string } & AfterHandler)
	| { kind: 'slowBody'; ms: number }
	/** A byte of the normal answer at a time, then blanks: so many bytes, or for ever. */
	| { kind: 'drip'; everyMs: number; bytes?: number }
	/** The headers of the normal answer and so many bytes of it, then silence. */
	| { kind: 'headersOnly'; bytes?: number }
	/** Infinity never ends. JSON begins with the fields of the normal answer if that was made. */
	| ({ kind: 'huge'; bytes: number; as?: 'json' | 'text'; status?: number } & AfterHandler)
	/**
	 * Half of the answer, or all up to and with the job's id; with closeEarly its Content-Length
	 * promises the whole.
	 */
	| { kind: 'truncatedJson'; cut?: 'half' | 'afterId'; closeEarly?: boolean }
	/** The normal JSON answer in other words. */
	| { kind: 'rewrite'; body: (normal: unknown) => unknown; status?: number }
	| { kind: 'gzip' }
	/** HTTP 206 with the first bytes of the normal answer. */
	| { kind: 'partial'; bytes: number }
	/** HTTP 200 and well-formed, with the first bytes only. */
	| { kind: 'shortFile'; bytes: number }
	| { kind: 'contentType'; value: string }
	/** The connection closes after so many bytes. */
	| { kind: 'shortRead'; bytes: number };

export interface FaultRule {
	/** Absent: every request to both hosts. */
	route?: Route;
	/** Absent: whatever the family. */
	family?: Family;
	when?: (request: RecordedRequest) => boolean;
	/** Default 1. */
	times?: number;
	fault: Fault;
}

export interface InjectedFault {
	readonly hits: number;
	remove(): void;
}

export class FaultBoard {
	decideFault?: (request: RecordedRequest) => Fault | undefined;
	private readonly injected: Array<{ rule: FaultRule; hits: number }> = [];

	inject(rule: FaultRule): InjectedFault {
		const entry = { rule, hits: 0 };
		this.injected.push(entry);
		return {
			get hits() {
				return entry.hits;
			},
			remove: () => {
				entry.rule = { ...rule, times: 0 };
			},
		};
	}

	/** The oldest rule that matches and is not used up, else what the hook says. */
	pick(request: RecordedRequest): Fault | undefined {
		const entry = this.injected.find(
			({ rule, hits }) =>
				hits < (rule.times ?? 1) &&
				(rule.route === undefined || rule.route === request.route) &&
				(rule.family === undefined || rule.family === request.family) &&
				(rule.when?.(request) ?? true),
		);
		if (entry === undefined) return this.decideFault?.(request);
		entry.hits += 1;
		return entry.rule.fault;
	}
}
