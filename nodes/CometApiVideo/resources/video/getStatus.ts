import { requestIdField } from '../../fields/requestId';
import { statusOperation } from '../resource';
import { MAX_WAIT_S, videoApi } from './api';

export const getStatus = statusOperation({
	action: 'Get status of Seedance, Veo or other video',
	api: videoApi,
	ofJob: [requestIdField('e.g. task_4b2c1f0a...')],
	maxWaitS: MAX_WAIT_S,
});
