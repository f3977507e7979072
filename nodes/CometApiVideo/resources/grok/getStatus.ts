import { requestIdField } from '../../fields/requestId';
import { statusOperation } from '../resource';
import { grokApi, MAX_WAIT_S } from './api';

export const getStatus = statusOperation({
	action: 'Get status of Grok video',
	api: grokApi,
	ofJob: [requestIdField('e.g. 4b2c1f0a-...')],
	maxWaitS: MAX_WAIT_S,
});
