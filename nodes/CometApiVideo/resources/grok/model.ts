import { modelField } from '../../fields/model';

export const CLASSIC_MODEL = 'grok-imagine-video';
export const MODEL_1_5 = 'grok-imagine-video-1.5';

export const model = modelField('searchGrokModels', CLASSIC_MODEL);
