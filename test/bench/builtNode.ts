/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { createRequire } from 'node:module';

import type { Node } from './virtualTime.ts';

const load = createRequire(import.meta.url);
const dist = '../../dist/nodes/CometApiVideo';

export const { pollUntilDone } = load(`${dist}/polling/pollUntilDone.js`) as Pick<
	Node,
	'pollUntilDone'
>;
export const { Clock } = load(`${dist}/clock.js`) as Pick<Node, 'Clock'>;
export const { JobDurations } = load(
	`${dist}/polling/durations.js`,
) as typeof import('../../nodes/CometApiVideo/polling/durations.ts');
