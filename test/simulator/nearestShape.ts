import { FAMILIES } from './families.ts';
import { statusAnswer } from './grok/grokShapes.ts';
import type { JobView } from './jobView.ts';
import { klingStatusBody } from './kling/klingShapes.ts';
import { MAKERS_SHAPE_NAMES, makersStatusAnswer } from './makersShapes.ts';
import { videoStatusAnswer } from './video/videoShapes.ts';

type LiveFamily = keyof typeof FAMILIES;

/** A job of the simulator's in this state, with all that an answer may leave out, or none of it. */
const viewOf = (status: string, isFull: boolean): JobView => ({
	...{ requestId: 'id', model: 'm', elapsed: status === 'pending' ? 0.5 : 1 },
	...(isFull && { progress: 50, size: '1x1', externalId: 'e' }),
	state: status === 'done' || status === 'failed' || status === 'expired' ? status : 'pending',
	...{ videoUrl: 'https://a.example', videoSeconds: 1, moderatedUrl: 'empty', usd: 0.1 },
	...{ error: { code: 'c', message: 'm' }, words: {}, submitTime: 1, finishTime: 1 },
});

const bodiesOf = (family: LiveFamily, view: JobView): Array<[string, unknown]> => [
	...FAMILIES[family].shapes.map((shape): [string, unknown] => [shape, own(family, shape, view)]),
	...MAKERS_SHAPE_NAMES.map((shape): [string, unknown] => [
		shape,
		makersStatusAnswer(shape, view).body,
	]),
];

function own(family: LiveFamily, shape: string, view: JobView): unknown {
	if (family === 'grok') return statusAnswer(shape as never, view).body;
	if (family === 'video') return videoStatusAnswer(shape as never, view).body;
	return klingStatusBody(shape as never, view);
}

const asSent = (body: unknown): unknown => JSON.parse(JSON.stringify(body ?? null));

/** The shape with the fewest fields that are not in both. */
export function nearestShape(
	family: LiveFamily,
	status: string,
	body: unknown,
): { shape: string; differs: string[] } {
	const form = formOf(body);
	const leanest = new Map(bodiesOf(family, viewOf(status, false)));
	const candidates = bodiesOf(family, viewOf(status, true)).map(([shape, full]) => {
		const may = formOf(asSent(full));
		const must = formOf(asSent(leanest.get(shape))).filter((field) => may.includes(field));
		const differs = [
			...form.filter((field) => !may.includes(field)).map((field) => `+ ${field}`),
			...must.filter((field) => !form.includes(field)).map((field) => `- ${field}`),
		];
		return { shape, differs };
	});
	candidates.sort((a, b) => a.differs.length - b.differs.length);
	return candidates[0] ?? { shape: 'none', differs: form };
}

/** The fields of an answer and their types, by which two forms are told apart; null is no field. */
export function formOf(body: unknown, path = ''): string[] {
	if (body === null || body === undefined) return [];
	if (Array.isArray(body)) return formOf(body[0], `${path}[]`);
	if (typeof body !== 'object') return [`${path}: ${typeof body}`];
	return Object.entries(body)
		.flatMap(([name, value]) => formOf(value, `${path}.${name}`))
		.sort();
}
