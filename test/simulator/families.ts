import { grokRoutes } from './grok/grok.ts';
import { SHAPE_NAMES } from './grok/grokShapes.ts';
import { klingRoutes } from './kling/kling.ts';
import { KLING_SHAPE_NAMES } from './kling/klingShapes.ts';
import { MAKERS_SHAPE_NAMES } from './makersShapes.ts';
import { videoRoutes } from './video/videoRoutes.ts';
import { VIDEO_SHAPE_NAMES } from './video/videoShapes.ts';

/** A line for each family: its routes, and the shapes of its own answers, the default first. */
export const FAMILIES = {
	grok: { routes: grokRoutes, shapes: SHAPE_NAMES },
	video: { routes: videoRoutes, shapes: VIDEO_SHAPE_NAMES },
	kling: { routes: klingRoutes, shapes: KLING_SHAPE_NAMES },
};

export type Family = keyof typeof FAMILIES;

export const FAMILY_NAMES = Object.keys(FAMILIES).filter(
	(name): name is Family => name in FAMILIES,
);

export type AnyShape =
	| (typeof FAMILIES)[Family]['shapes'][number]
	| (typeof MAKERS_SHAPE_NAMES)[number];

/** All that the family may answer in, the default first. */
export const shapesOf = (family: Family): readonly AnyShape[] => [
	...FAMILIES[family].shapes,
	...MAKERS_SHAPE_NAMES,
];
