import { InputError } from '../../errors';
import { checkUrl } from '../../fields/checks';
import { imagesField } from '../../fields/imageSource';
import { lastFrame, listOf } from '../../fields/media';
import { IMAGE, MAX_TOGETHER_MB, readBinaryFile, type MediaFile } from '../../files/mediaFile';
import type { Item } from '../../item';
import type { FormValues } from './formFields';
import { hasFrameFields } from './models';

/** The images to start from, as the form has them: files, or URLs, or none. */
export const images = imagesField<FormValues>(
	{
		source: {
			description:
				'The images that the video starts from, if any. Some models take files only, some take URLs only.',
		},
		url: {
			hint: 'For several images, one URL per line',
			description: 'URL that opens the image itself. An expression may also give a list.',
			typeOptions: { rows: 2 },
		},
		file: {
			hint: 'The name of the input binary field that has the image; separate several with commas',
			description: `JPEG, PNG or WebP of up to ${IMAGE.maxMb} MB, and up to ${MAX_TOGETHER_MB} MB together`,
		},
	},
	async (_item, value, label) => ({
		reference_urls: listOf(value, label).map((url) => checkUrl(url, label)),
	}),
	async (item, value, label) => {
		const files: MediaFile[] = [];
		for (const name of listOf(value, label)) {
			files.push(await readBinaryFile(item, name, label, IMAGE));
		}
		return { input_reference: files };
	},
);

/** The images with the last frame: behind the others, or in a field of its own where the model has one. */
export async function readImages(item: Item, modelId: string): Promise<FormValues> {
	const before = await images.read(item);
	const [last] = before ? await lastFrame.read(item) : [];
	if (!before || last === undefined) return before ?? {};
	if (hasFrameFields(modelId)) {
		return { first_frame: Object.values(before).flat(), last_frame: [last] };
	}
	const name = typeof last === 'string' ? 'reference_urls' : 'input_reference';
	// In two fields, the images would have no order.
	if (!before[name]) {
		throw new InputError(
			"'Image Source' and 'Last Frame' must both be URLs or both be files",
			'This model takes the last frame behind the first one.',
		);
	}
	return { [name]: [...before[name], last] };
}
