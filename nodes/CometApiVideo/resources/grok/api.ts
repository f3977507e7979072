import type { VideoApi } from '../../videoApi';
import { taskApi } from '../task';
import { dialect } from './answers';

const VIDEOS_PATH = '/grok/v1/videos';

export const GENERATIONS_PATH = `${VIDEOS_PATH}/generations`;
export const EDITS_PATH = `${VIDEOS_PATH}/edits`;

/** Seconds. */
export const MAX_WAIT_S = 900;

/** CometAPI's Grok video API, by docs/api.md. */
export const grokApi: VideoApi = taskApi(dialect, VIDEOS_PATH);
