import { option } from '../../fields/field';
import { mediaField, type Media } from '../../fields/media';
import { AUDIO, MAX_TOGETHER_MB, VIDEO, type MediaFile } from '../../files/mediaFile';
import type { Item } from '../../item';
import type { FormValues } from './formFields';

/** The node's own limit for each; the models' are lower. */
const MOST = 10;

const SEVERAL = 'URLs, or names of input binary fields; separate several with commas';
const TOGETHER = `all files of a video up to ${MAX_TOGETHER_MB} MB together`;

export const referenceVideos = option(
	mediaField(
		{
			displayName: 'Reference Videos',
			name: 'referenceVideos',
			hint: SEVERAL,
			description: `MP4 or MOV; ${TOGETHER}. Seedance calls them @Video1 and so on in the prompt, and images @Image1. Not every model takes them.`,
		},
		VIDEO,
		MOST,
	),
);

export const referenceAudios = option(
	mediaField(
		{
			displayName: 'Reference Audios',
			name: 'referenceAudios',
			hint: SEVERAL,
			description: `MP3 or WAV; ${TOGETHER}. Seedance calls them @Audio1 and so on in the prompt. Not every model takes them.`,
		},
		AUDIO,
		MOST,
	),
);

/** The references as the form has them. The fields of URLs are a guess: docs/api.md. */
export async function readReferences(item: Item): Promise<FormValues> {
	const videos = await referenceVideos.read(item);
	const audios = await referenceAudios.read(item);
	return {
		reference_videos: filesOf(videos),
		reference_video_urls: urlsOf(videos),
		reference_audios: filesOf(audios),
		reference_audio_urls: urlsOf(audios),
	};
}

const filesOf = (media: Media[]) =>
	media.filter((each): each is MediaFile => typeof each !== 'string');

const urlsOf = (media: Media[]) => media.filter((each) => typeof each === 'string');
