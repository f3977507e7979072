import { httpUrl, isRecord, text } from '../../http/json';
import type { Failure } from '../../video';
import type { JobRef, VideoApi } from '../../videoApi';
import { meaningOf, readError, taskApi, videoOf, type Dialect } from '../../answers/task';

export const VIDEOS_PATH = '/v1/videos';

/** Seconds; jobs of more than ten minutes were seen. */
export const MAX_WAIT_S = 1800;

/** What channels answer to an image that comes in the way they do not take, or to any image. */
const IMAGE_REFUSED = /reference_(video_)?urls|field required|does not support/i;

const dialect: Dialect = {
	ids: ['id', 'task_id', 'taskId'],
	video({ video_url, url, output, seconds }) {
		const first: unknown = Array.isArray(output) ? output[0] : undefined;
		return videoOf(httpUrl(video_url) ?? httpUrl(url) ?? first, seconds);
	},
	hasContent: true,
	// This route sends an error envelope in place of a failed job (seen by others).
	errorIsVerdict: true,
};

/** CometAPI's route for Seedance, Wan, Vidu, HappyHorse, Veo, MiniMax, FLUX and Omni, by docs/api.md. */
export const videoApi: VideoApi = {
	resource: 'Seedance, Veo, Wan and More',
	...taskApi(dialect, VIDEOS_PATH),
	contentPath: ({ statusPath }: JobRef) => `${statusPath}/content`,
	contentReason: readContentReason,
	adviceFor({ reason, said = '' }) {
		if (reason === 'badInput' && /unsupported relay mode/i.test(said)) {
			return "The model doesn't belong to this resource. Choose another one under 'Model', or the resource that makes its videos under 'Resource'.";
		}
		if (reason !== 'badInput' || !IMAGE_REFUSED.test(said)) return undefined;
		return "If it is about the image: some models take images by URL only, some as files only, some not at all. Choose the other one under 'Image Source', URL or Binary Data, or another model.";
	},
};

/**
 * Why a job failed, from what /content says instead of handing out a file: new-api's sentence
 * "Task is not completed yet, current status: VIOLATION". A job that still runs has no reason.
 */
function readContentReason(body: unknown): Failure | undefined {
	const message = isRecord(body) ? readError([body])?.message : text(body);
	const [, word = ''] = /current status: *(\w+)/i.exec(message ?? '') ?? [];
	if (message === undefined || meaningOf(word) !== 'failed') return undefined;
	return { code: word.toLowerCase() === 'violation' ? 'moderation' : word, message };
}
