import { requestIdField } from '../../fields/requestId';
import { statusOperation } from '../resource';
import { grokApi, MAX_WAIT_S } from './api';

export const getStatus = statusOperation(
	grokApi,
	[requestIdField('e.g. 4b2c1f0a-...')],
	MAX_WAIT_S,
);
