import type { IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';

/** One item on its way through the node. */
export interface Item {
	context: IExecutePaginationFunctions;
	/** Base URL, proxy, time-out and the like, as the engine prepared them. */
	request: IHttpRequestOptions;
	/** Aborts on Stop, and when n8n has given this run up. */
	signal: AbortSignal;
	itemIndex: number;
	/** The user's own text for this item, once it has been read. */
	reference?: string;
}
