import { grok } from './grok';
import type { ListSearch, Resource } from './resource';

/** The families of video APIs, a line each; the first is what workflows without a resource mean. */
export const resources: Resource[] = [grok];

export const listSearch: ListSearch = Object.assign(
	{},
	...resources.map((resource) => resource.listSearch),
);
