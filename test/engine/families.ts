import type { INode, INodeParameters } from 'n8n-workflow';

import type { AnyShape, Family } from '../simulator/simulator.ts';
import { videoNode } from './engine.ts';
import { createNode, merge } from './scene.ts';

/** A resource of the node, as the suites that hold for every family need it. */
export interface TestedFamily {
	family: Family;
	/** The resource's value. */
	resource: string;
	/** A Create node that asks every second. */
	create(parameters?: INodeParameters, settings?: Partial<INode>): INode;
	/** Further parameters by which Get Status finds what `create` made. */
	ofJob?: INodeParameters;
	/** An answer whose only status word is the plan's. */
	flatShape: AnyShape;
	/** How the log names it: all that Get Status needs beside the ID. */
	lookUp: { resource: string; kind_of_video?: string };
	/** The prompt in the body, where that isn't `prompt`. */
	promptName?: string;
	/** Whether a job whose answer never came can be asked for. */
	findsLost: boolean;
}

function creator(defaults: INodeParameters): TestedFamily['create'] {
	const common = {
		operation: 'create',
		prompt: 'A candle flickers on a wooden table.',
		waitForCompletion: true,
		downloadVideo: false,
		options: { pollInterval: 1 },
	};
	return (parameters = {}, settings = {}) =>
		videoNode(merge({ ...common, ...defaults }, parameters), settings);
}

const model = (value: string) => ({ __rl: true, mode: 'list', value });

export const createVideoNode = creator({ resource: 'video', model: model('seedance-2-5') });

const KLING = model('kling-v2-6');

export const createKlingNode = creator({ resource: 'kling', model: KLING });

const at = (name: string) => `https://media.example/${name}`;

export const createFromReferencesNode = creator({
	...{ resource: 'kling', operation: 'createFromReferences', model: model('kling-video-o1') },
	...{ referenceImages: at('a.png'), referenceVideos: at('a.mp4') },
});

/** Without the IDs of the video that it goes on with. */
export const extendNode = creator({ resource: 'kling', operation: 'extend' });

/** A line for each family. */
export const FAMILIES: TestedFamily[] = [
	{
		family: 'grok',
		resource: 'grok',
		create: createNode,
		flatShape: 'flat',
		lookUp: { resource: 'Grok' },
		findsLost: false,
	},
	{
		family: 'video',
		resource: 'video',
		create: createVideoNode,
		flatShape: 'plain',
		lookUp: { resource: 'Seedance, Veo, Wan and More' },
		findsLost: false,
	},
	{
		family: 'kling',
		resource: 'kling',
		create: createKlingNode,
		flatShape: 'envelope',
		lookUp: { resource: 'Kling', kind_of_video: 'From Text' },
		findsLost: true,
	},
];

/** An operation that makes videos, as stories of any of them need it. */
export interface Maker extends Pick<TestedFamily, 'family' | 'create'> {
	/** It goes on with a finished video, whose IDs are among the parameters. */
	extendsVideo?: true;
}

const FRAMES = {
	...{ imageSource: 'url', imageUrl: at('first.png') },
	options: { pollInterval: 1, lastFrame: at('last.png') },
};
const REFERENCES = {
	options: { pollInterval: 1, referenceVideos: at('a.mp4'), referenceAudios: at('a.mp3') },
};

/** A line for each operation and each kind of file that it takes. */
export const MAKERS: Maker[] = [
	...FAMILIES,
	{
		family: 'video',
		create: creator({ resource: 'video', model: model('seedance-2-5'), ...REFERENCES }),
	},
	{
		family: 'video',
		create: creator({ resource: 'video', model: model('minimax-h3'), ...FRAMES }),
	},
	{ family: 'kling', create: creator({ resource: 'kling', model: KLING, ...FRAMES }) },
	{ family: 'kling', create: createFromReferencesNode },
	{ family: 'kling', create: extendNode, extendsVideo: true },
];
