import { InputError } from '../../errors';
import { imageSourceField, lastFrameField, mediaField } from '../../fields/media';
import { AUDIO, IMAGE, MAX_TOGETHER_MB, VIDEO } from '../../files/mediaFile';
import type { FormValues } from '../../files/requestBody';
import type { Item } from '../../item';
import { hasFrameFields } from './models';

export const images = imageSourceField(
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
	IMAGE,
	true,
);

export const lastFrame = lastFrameField();

/** The node's own limit for each kind of reference; the models' are lower. */
const MOST = 10;

const SEVERAL = 'URLs, or names of input binary fields; separate several with commas';
const TOGETHER = `all files of a video up to ${MAX_TOGETHER_MB} MB together`;

export const referenceVideos = mediaField(
	{
		displayName: 'Reference Videos',
		name: 'options.referenceVideos',
		hint: SEVERAL,
		description: `MP4 or MOV; ${TOGETHER}. Seedance calls them @Video1 and so on in the prompt, and images @Image1. Not every model takes them.`,
	},
	VIDEO,
	MOST,
);

export const referenceAudios = mediaField(
	{
		displayName: 'Reference Audios',
		name: 'options.referenceAudios',
		hint: SEVERAL,
		description: `MP3 or WAV; ${TOGETHER}. Seedance calls them @Audio1 and so on in the prompt. Not every model takes them.`,
	},
	AUDIO,
	MOST,
);

/** The images with the last frame, unless 'Custom Body Fields' has them. */
export async function readImages(
	item: Item,
	modelId: string,
	overridesImages: boolean,
): Promise<FormValues> {
	const before = overridesImages ? [] : await images.read(item);
	const last = overridesImages || before.length > 0 ? await lastFrame.read(item) : [];
	const all = [...before, ...last];
	if (last.length > 0 && hasFrameFields(modelId)) {
		if (before.length < 2) return { first_frame: before, last_frame: last };
		throw new InputError(
			"'Last Frame' must have one image before it",
			`This model takes one first frame. There are ${before.length} images.`,
		);
	}
	// In two fields, the images would have no order.
	if (new Set(all.map((image) => typeof image)).size > 1 || (overridesImages && last.length > 0)) {
		throw new InputError(
			"'Image Source' and 'Last Frame' must both be URLs or both be files",
			"This model takes the last frame behind the first one, also in 'Custom Body Fields'.",
		);
	}
	return { [typeof all[0] === 'string' ? 'reference_urls' : 'input_reference']: all };
}

/** The references as the form has them. The fields of URLs are a guess: docs/api.md. */
export async function readReferences(item: Item): Promise<FormValues> {
	const videos = await referenceVideos.read(item);
	const audios = await referenceAudios.read(item);
	return {
		reference_videos: videos.filter((video) => typeof video !== 'string'),
		reference_video_urls: videos.filter((video) => typeof video === 'string'),
		reference_audios: audios.filter((audio) => typeof audio !== 'string'),
		reference_audio_urls: audios.filter((audio) => typeof audio === 'string'),
	};
}
