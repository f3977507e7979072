import type { INodeProperties } from 'n8n-workflow';

import { InputError } from '../errors';
import {
	IMAGE,
	readBinaryFile,
	readDataUrl,
	type MediaFile,
	type MediaKind,
} from '../files/mediaFile';
import { parseJson } from '../http/json';
import type { Item } from '../item';
import { checkText, checkUrl, emptyValue, isEmpty } from './checks';
import { asUserGaveIt, field, option, type Field } from './field';
import { meaningOfTexts } from './meaning';

/** A URL, or a file. */
export type Media = string | MediaFile;

/** A comma belongs to a URL unless a blank or another URL follows, as when a list becomes text. */
const BETWEEN_URLS = /,?\s+|,(?=https?:\/\/)|,$/i;
const BETWEEN_NAMES = /[,\n]/;

/**
 * Files in the order of the user: each is a URL or the name of a binary field of the input item. An
 * expression may also give a list, or the file itself. Empty means none.
 *
 * @param most so many files at most
 */
export function mediaField(
	shown: Omit<INodeProperties, 'type' | 'default'>,
	kind: MediaKind,
	most: number,
): Field<Promise<Media[]>> {
	const { properties, read } = field(
		{ placeholder: 'e.g. data', ...shown, type: 'string', default: '' },
		(value, label) => (item: Item) => readAll(item, value, { label, kind, most }),
	);
	return {
		properties,
		async read(item) {
			return await read(item)(item).catch((error: unknown) => {
				throw asUserGaveIt(error, item, shown.name);
			});
		},
		meaning(lookup) {
			const texts = meaningOfTexts(lookup(shown.name));
			if (isEmpty(texts)) return [];
			return typeof texts === 'string' ? piecesOf(texts) : texts;
		},
	};
}

async function readAll(
	item: Item,
	value: unknown,
	{ label, kind, most }: { label: string; kind: MediaKind; most: number },
): Promise<Media[]> {
	if (isEmpty(value) || (Array.isArray(value) && value.length === 0)) return [];
	const given = listOf(value, label);
	if (given.length > most) {
		throw new InputError(
			`'${label}' has too many files`,
			`There are ${given.length}. Give at most ${most}.`,
		);
	}
	const media: Media[] = [];
	for (const each of given) media.push(await readOne(item, each, label, kind));
	return media;
}

async function readOne(item: Item, value: unknown, label: string, kind: MediaKind): Promise<Media> {
	const given = typeof value === 'string' ? value.trim() : '';
	if (kind === IMAGE && /^data:/i.test(given)) {
		return (await readDataUrl(item, given, label)) ?? given;
	}
	if (/^\w+:\/\//.test(given)) return checkUrl(given, label);
	return await readBinaryFile(item, value, label, kind);
}

/** A list as it is or as JSON text, one file alone, or the pieces of a text. */
export function listOf(value: unknown, label: string): unknown[] {
	if (Array.isArray(value) && value.length > 0) return value;
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [value];
	const text = checkText(value, label);
	const list = text.startsWith('[') ? parseJson(text) : undefined;
	if (Array.isArray(list) && list.length > 0) return list;
	const pieces = piecesOf(text);
	if (pieces.length > 0) return pieces;
	// Names that came out empty are no wish for a video without an image.
	throw emptyValue(label);
}

function piecesOf(text: string): string[] {
	if (/^\s*data:/i.test(text)) return [text.trim()];
	return text
		.split(text.includes('://') ? BETWEEN_URLS : BETWEEN_NAMES)
		.map((piece) => piece.trim())
		.filter((piece) => piece !== '');
}

/** Of a video that starts from an image. */
export const lastFrame = option(
	mediaField(
		{
			displayName: 'Last Frame',
			name: 'lastFrame',
			description:
				'The image that the video ends with: its URL, or the name of the input binary field that has it. Not every model takes one.',
			displayOptions: { show: { '/imageSource': ['url', 'binary'] } },
		},
		IMAGE,
		1,
	),
);
