import type { IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';

import type { Clock } from './clock';
import type { Semaphore } from './semaphore';

/** One item on its way through the node. */
export interface Item {
	context: IExecutePaginationFunctions;
	/** Base URL, proxy, time-out and the like, as the engine prepared them. */
	request: IHttpRequestOptions;
	/** Aborts on Stop, and when n8n has given this run up. */
	signal: AbortSignal;
	/** In which all items of the run read files. */
	reading: Semaphore;
	/** Of the run. Its sleep returns early when the signal aborts. */
	clock: Clock;
	itemIndex: number;
	/** The user's own text for this item, once it has been read. */
	reference?: string;
}
