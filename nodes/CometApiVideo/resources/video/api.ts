import { jobAt, type VideoApi } from '../../videoApi';

export const VIDEOS_PATH = '/v1/videos';

/** Seconds; jobs of more than ten minutes were seen. */
export const MAX_WAIT_S = 1800;

/** Channels' answers to a file that comes in the way they do not take, or to any. */
const FILE_REFUSED =
	/reference_(video_|audio_)?urls|reference_(video|audio)s|(first|last)_frame|field required|does not support/i;

/** CometAPI's route for Seedance, Wan, Vidu, HappyHorse, Veo, MiniMax, FLUX and Omni, by docs/api.md. */
export const videoApi: VideoApi = {
	resource: 'Seedance, Veo, Wan and More',
	idNames: ['id', 'request_id'],
	jobsPath: VIDEOS_PATH,
	jobOf: (_item, requestId) => jobAt(VIDEOS_PATH, requestId),
	contentPath: ({ statusPath }) => `${statusPath}/content`,
	adviceFor({ reason, message = '' }) {
		if (reason === 'badInput' && /unsupported relay mode/i.test(message)) {
			return "The model doesn't belong to this resource. Choose another one under 'Model', or the model's own under 'Resource'.";
		}
		if (reason !== 'badInput' || !FILE_REFUSED.test(message)) return undefined;
		return "Some models take URLs only, some files only, some neither. Change 'Image Source' or the references under Options, or choose another model.";
	},
};
