import { grok } from './grok';
import { kling } from './kling';
import type { Resource } from './resource';
import { video } from './video';

/** The families of video APIs, a line each; the first is what workflows without a resource mean. */
export const resources: Resource[] = [grok, video, kling];

export const listSearch = Object.fromEntries(
	resources.flatMap(({ models }) => models.map(({ method, search }) => [method, search])),
);
