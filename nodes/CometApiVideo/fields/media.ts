import { InputError } from '../errors';
import type { MediaFile } from '../files/binaryFile';
import { IMAGE, readBinaryFile, readDataUrl, type AcceptedMedia } from '../files/mediaFile';
import { parseJson } from '../http/json';
import type { Item } from '../item';
import { checkFileUrl, checkText, checkUrl, emptyValue, isEmpty } from './checks';
import { asUserGaveIt, choiceField, type Field, type Shown } from './field';
import { meaningOfTexts } from './meaning';

/** A URL, or a file. */
export type Media = string | MediaFile;

type MediaReader = (item: Item, value: unknown, label: string) => Promise<Media[]>;

type MediaField = Field<Promise<Media[]>>;

/** A text that leads to files; `read` throws InputError also for what is found there. */
function textForMedia(shown: Shown, byDefault: string, read: MediaReader) {
	const { name, displayName } = shown;
	return {
		name,
		properties: [{ ...shown, type: 'string' as const, default: byDefault }],
		async read(item: Item) {
			try {
				return await read(item, item.context.getNodeParameter(name, null), displayName);
			} catch (error) {
				throw asUserGaveIt(error, item, name);
			}
		},
	};
}

/** The choice of an image to start from, and the field of each; a list takes no data URLs. */
export function imageSourceField(
	texts: Record<'source' | 'url' | 'file', Partial<Shown>>,
	accepted: AcceptedMedia,
	isList: boolean,
): MediaField {
	const source = choiceField({
		displayName: 'Image Source',
		name: 'imageSource',
		options: [
			{ name: 'Binary Data', value: 'binary', description: 'A file from the input item' },
			{ name: 'None', value: 'none', description: 'Only the prompt' },
			{ name: 'URL', value: 'url', description: 'An image at a URL' },
		],
		default: 'none',
		...texts.source,
	});
	const url = {
		displayName: 'Image URL',
		name: 'imageUrl',
		placeholder: 'e.g. https://example.com/image.png',
		...texts.url,
		displayOptions: { show: { imageSource: ['url'] } },
	};
	const file = {
		displayName: 'Input Data Field Name',
		name: 'inputDataFieldName',
		hint: 'The name of the input binary field that has the image',
		...texts.file,
		displayOptions: { show: { imageSource: ['binary'] } },
	};
	const fields = {
		url: textForMedia(url, '', async (item, value, label) => {
			if (isList) return imagesIn(value, label).map((each) => checkUrl(each, label));
			const one = checkText(value, label);
			checkFileUrl(one, label);
			return [(await readDataUrl(item, one, label, accepted)) ?? one];
		}),
		binary: textForMedia(file, 'data', async (item, value, label) =>
			readEach(isList ? imagesIn(value, label) : [value], (each) =>
				readBinaryFile(item, each, label, accepted),
			),
		),
	};
	return {
		name: source.name,
		properties: [source, fields.url, fields.binary].flatMap(({ properties }) => properties),
		async read(item) {
			const from = source.read(item);
			return from === 'none' ? [] : await fields[from].read(item);
		},
		meaning(lookup) {
			const from = source.meaning(lookup);
			// The field that is not asked for keeps its value.
			const atUrl = from === 'binary' ? null : lookup(url.name);
			const inField = from === 'url' ? null : (lookup(file.name) ?? 'data');
			return from === 'none' ? from : [from, meaningOfFiles(atUrl), meaningOfFiles(inField)];
		},
	};
}

/** One image to start from, or none. */
export const imageField = (accepted = IMAGE): MediaField =>
	imageSourceField(
		{
			source: { description: 'The image that the video starts from, if any' },
			url: { description: `URL of ${accepted.formats}, or a data URL` },
			file: { description: `${accepted.formats.replace('a', 'A')} of up to ${accepted.maxMb} MB` },
		},
		accepted,
		false,
	);

/** Values that came out empty are no wish for a video without an image. */
function imagesIn(value: unknown, label: string): unknown[] {
	const list = listOf(value, label);
	if (list.length === 0) throw emptyValue(label);
	return list;
}

/**
 * Files in the user's order: each is a URL or the name of a binary field of the input item. An
 * expression may also give a list, or the file itself. Empty means none, `most` is the limit.
 */
export function mediaField(shown: Shown, accepted: AcceptedMedia, most: number): MediaField {
	return {
		...textForMedia({ placeholder: 'e.g. data', ...shown }, '', async (item, value, label) => {
			const given = listOf(value, label);
			if (given.length > most) {
				throw new InputError(
					`'${label}' has too many files`,
					`There are ${given.length}. Give at most ${most}.`,
				);
			}
			return await readEach(given, (each) => readOne(item, each, label, accepted));
		}),
		meaning: (lookup) => meaningOfFiles(lookup(shown.name)),
	};
}

/** Equal for what leads to the same files, as a text or as a list. */
function meaningOfFiles(value: unknown): unknown {
	const texts = meaningOfTexts(value);
	if (isEmpty(texts)) return [];
	return typeof texts === 'string' ? piecesOf(texts) : texts;
}

/** One after another, since each file takes memory while it is read. */
async function readEach(
	given: unknown[],
	read: (each: unknown) => Promise<Media>,
): Promise<Media[]> {
	const media: Media[] = [];
	for (const each of given) media.push(await read(each));
	return media;
}

async function readOne(
	item: Item,
	value: unknown,
	label: string,
	accepted: AcceptedMedia,
): Promise<Media> {
	const given = typeof value === 'string' ? value.trim() : '';
	if (accepted.isImage && /^data:/i.test(given)) {
		return (await readDataUrl(item, given, label, accepted)) ?? given;
	}
	if (/^\w+:\/\//.test(given)) return checkUrl(given, label);
	return await readBinaryFile(item, value, label, accepted);
}

/** A list, one file alone, or the pieces of a text; without those that are empty. */
export function listOf(value: unknown, label: string): unknown[] {
	if (isEmpty(value)) return [];
	const isOne = typeof value === 'object' && !Array.isArray(value);
	const list = isOne ? [value] : Array.isArray(value) ? value : piecesOf(checkText(value, label));
	return list.filter((each) => !isEmpty(each));
}

/** A comma belongs to a URL unless a blank or another URL follows, as when a list becomes text. */
const BETWEEN_URLS = /,?\s+|,(?=https?:\/\/)|,$/i;

/** The text may be a list as JSON. */
function piecesOf(text: string): unknown[] {
	if (/^\s*data:/i.test(text)) return [text.trim()];
	const list = /^\s*\[/.test(text) ? parseJson(text) : undefined;
	if (Array.isArray(list)) return list;
	const pieces = text.split(text.includes('://') ? BETWEEN_URLS : /[,\n]/);
	return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

/** Of a video that starts from an image. */
export const lastFrameField = (accepted = IMAGE): MediaField =>
	mediaField(
		{
			displayName: 'Last Frame',
			name: 'options.lastFrame',
			hint: 'A URL, or the name of the input binary field that has the image',
			description: 'The image that the video ends with. Not every model takes one.',
			displayOptions: { show: { '/imageSource': ['url', 'binary'] } },
		},
		accepted,
		1,
	);
