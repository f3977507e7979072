/** Answers of the forms that public threads show, with made-up values (docs/api.md, "Forms of an answer"). */

export type Body = (id: string, api: string) => unknown;

export const MEDIA = 'https://media.example/a.mp4';

export const gatewayError = (message: string, code = '') => ({
	error: { message, type: 'comet_api_error', param: '', code },
});

/** Errors about the exchange: the job runs on. */
export const PASSING: Array<[string, number, unknown]> = [
	[
		'busy as HTTP 200',
		200,
		{ code: 'service_unavailable', message: 'saturated', error: 'saturated' },
	],
	[
		'a look-up that broke, as 400',
		400,
		gatewayError('Internal error while reading', 'internal_error'),
	],
	[
		'an id that is not known for a moment',
		400,
		{ code: 'task_not_exist', message: 'no', data: null },
	],
	['not ready, as 422', 422, { code: 'task_in_queue', message: 'the task has not finished' }],
	['the rate, as 200', 200, gatewayError('too many requests, slow down', 'rate_limited')],
	['the rate, as 403', 403, gatewayError('rate limit reached', 'permission_denied')],
	['a key refused once', 401, gatewayError('invalid token')],
	['no balance, told once', 402, gatewayError('insufficient balance')],
	['a channel, as 503', 503, gatewayError('no available channel', 'model_not_found')],
	['JSend about the exchange', 200, { status: 'error', message: 'could not read the task' }],
	['JSend success without a job', 200, { status: 'success', data: null }],
	['a time-out, as 500', 500, { code: 'upstream_timeout', message: 'timed out' }],
	['a decoder, told once', 400, { code: 'decode_failed', message: 'cannot be decoded' }],
	['410, told once', 410, gatewayError('gone', 'task_gone')],
	[
		'moderate load',
		200,
		{ code: 'upstream_busy', message: 'The upstream is under moderate load, try again' },
	],
	[
		'moderation that is busy',
		400,
		{ code: 'moderation_timeout', message: 'The moderation service timed out, try again' },
	],
	['a word of the key', 200, { status: 'unauthorized', error: 'invalid token' }],
	['a word of the gateway', 200, { status: 'timeout', message: 'gateway timed out' }],
	['a failure of the gateway', 200, { status: 'failed', message: 'could not read the task' }],
	['a failure around nothing', 200, { status: 'failed', message: 'not read', data: {} }],
	['a session of the gateway', 200, { status: 'expired', message: 'the session has expired' }],
	[
		'a refusal of the gateway',
		200,
		{ status: 'rejected', code: 'waf', message: 'stopped by the firewall' },
	],
	[
		'a link beside an error',
		200,
		{ code: 'rate_limited', message: 'slow down', url: 'https://docs.example/limits' },
	],
	[
		'a link beside no success',
		200,
		{ success: false, message: 'slow down', url: 'https://docs.example/limits' },
	],
];

/** The same, and they name the job. */
export const PASSING_WITH_ID: Array<[string, number, Body]> = [
	[
		'JSend as 500',
		500,
		(id) => ({ status: 'error', code: 'internal_error', message: 'not read', task_id: id }),
	],
	[
		'JSend as 200',
		200,
		(id) => ({ status: 'error', code: 'internal_error', message: 'not read', task_id: id }),
	],
	[
		'a gateway that gave up',
		504,
		(id) => ({ task_id: id, status: 'timeout', code: 'service_unavailable', message: 'timed out' }),
	],
	[
		'an error that says success',
		200,
		(id) => ({ id, status: 'generating', error: { code: 0, message: 'success' } }),
	],
	[
		'a failure around the job',
		200,
		(id) => ({ status: 'failed', message: 'not refreshed', data: { id, status: 'running' } }),
	],
	['a link without a state', 200, (id) => ({ id, code: 'busy', message: 'no', url: MEDIA })],
	[
		'an error without a state',
		200,
		(id) => ({ id, error: { code: 'expired', message: 'session' } }),
	],
];

/** The gateway's own trouble with its network, its database and its channels, in new-api's words. */
export const OUTAGES: Array<[number, unknown]> = [
	[500, gatewayError('dial tcp 10.0.0.1:3306: connect: connection refused', 'get_task_failed')],
	[500, gatewayError('driver: bad connection', 'get_task_failed')],
	[500, gatewayError('not done', 'do_request_failed')],
	[500, gatewayError('bad response status code 502', 'bad_response_status_code')],
	[500, gatewayError('unexpected EOF', 'read_response_body_failed')],
	[400, gatewayError('Get "https://x": context deadline exceeded', 'fail_to_fetch_task')],
	[400, gatewayError('context canceled', 'get_task_failed')],
	[500, gatewayError('not found', 'get_channel_failed')],
	[200, { code: 'busy', message: '当前分组上游负载已饱和，请稍后再试' }],
	[500, gatewayError('Something went wrong, please retry', 'oops')],
	[503, gatewayError('The service is under maintenance', 'closed')],
	[400, gatewayError('Video edit failed, please try again later', 'edit_failed')],
	[400, gatewayError('Please adjust your request rate and try again later', 'slow_down')],
];

/** Errors that say the same again and again. */
export const LASTING: Array<[string, number, unknown, string]> = [
	['a key', 401, gatewayError('invalid token'), 'API key'],
	['no balance', 403, gatewayError('user quota is not enough', 'quota_not_enough'), 'balance'],
	['no balance as the rate', 429, gatewayError('Your budget has been exceeded'), 'balance'],
	['a decoder', 400, { code: 'decode_failed', message: 'cannot be decoded' }, 'cannot be decoded'],
	['HTTP 200', 200, gatewayError('no such frame', 'frame_missing'), 'no such frame'],
	[
		'HTTP 500 with a code',
		500,
		{ code: 'decode_failed', message: 'cannot be read' },
		'cannot be read',
	],
];

/** The job itself in its last state, wherever it stands. */
export const ENDED: Array<[string, number, Body, string]> = [
	[
		'in an error',
		500,
		(id) => ({ id, status: 'failed', error: { message: 'Too long' } }),
		'Too long',
	],
	[
		'in detail',
		422,
		(id) => ({ detail: { task_id: id, status: 'FAILURE', fail_reason: 'No' } }),
		'No',
	],
	[
		'in a row over a stale task',
		200,
		(id) => ({
			code: 'success',
			data: { task_id: id, status: 'FAILURE', fail_reason: 'No place', data: { status: 'queued' } },
		}),
		'No place',
	],
	[
		'in a row over a task that made nothing',
		200,
		(id) => ({
			code: 'success',
			data: {
				...{ task_id: id, status: 'FAILURE', fail_reason: 'Nothing was made' },
				data: { id: 'cgt-7', status: 'succeeded', content: {} },
			},
		}),
		'Nothing was made',
	],
	[
		'in a word of another maker',
		200,
		(id) => ({ id, status: 'Task-Rejected', error: 'Never' }),
		'Never',
	],
	['by moderation', 400, () => ({ code: 'imagine:content-moderated', error: 'Rude' }), 'Rude'],
	[
		'by moderation as HTTP 200',
		200,
		() => ({ code: 'content_policy_violation', error: 'Rude' }),
		'Rude',
	],
	[
		'by moderation that wants another prompt',
		400,
		() => ({
			code: 'invalid_request',
			message: 'Rude: content violates the policy. Please modify the prompt and try again.',
		}),
		'Rude',
	],
	[
		'by moderation that wants another image',
		400,
		() => ({
			code: 'invalid_request',
			message: 'Rude: sensitive content. Retry with a different image.',
		}),
		'Rude',
	],
	[
		'by moderation that wants no other try',
		400,
		() => ({
			code: 'invalid_request',
			message: 'Rude: content violates the policy. Do not retry.',
		}),
		'Rude',
	],
	[
		'flat, in words of success',
		200,
		() => ({ code: 'success', message: '', status: 'failed', data: null }),
		'gave no reason',
	],
	[
		"in a task's own word, without its ID",
		200,
		() => ({ task_status: 'FAILED', code: 'InvalidParameter', message: 'Too small' }),
		'Too small',
	],
	['as VIOLATION', 200, (id) => ({ data: { task_id: id, status: 'VIOLATION' } }), 'moderation'],
];

export const DONE: Array<[string, Body, string]> = [
	[
		'no state beside a number that msg calls a success',
		() => ({ code: 1000, msg: 'success', data: { video_url: MEDIA } }),
		MEDIA,
	],
	['COMPLETE', (id) => ({ id, status: 'COMPLETE', video_url: MEDIA }), MEDIA],
	[
		'an unknown word at 100 %',
		(id) => ({ id, status: 'wrapped up', progress: 100, url: MEDIA }),
		MEDIA,
	],
	['metadata.url', (id) => ({ id, status: 'completed', metadata: { url: MEDIA } }), MEDIA],
	[
		'data.metadata.url',
		(id) => ({ data: { id, status: 'ready', metadata: { url: MEDIA } } }),
		MEDIA,
	],
	['result.video_url', (id) => ({ id, status: 'finished', result: { video_url: MEDIA } }), MEDIA],
	['output of objects', (id) => ({ id, status: 'ready', output: [{ url: MEDIA }] }), MEDIA],
];

/** The gateway's own address of the file, as it may come. */
export const OWN_CONTENT: Array<[string, Body]> = [
	['of another host', (id) => ({ url: `http://gateway.internal:3000/v1/videos/${id}/content` })],
	['with doubled slashes', (id, api) => ({ video_url: `${api}//v1//videos/${id}/content` })],
	[
		'in a row',
		(id, api) => ({
			data: { task_id: id, status: 'SUCCESS', result_url: `${api}/v1/videos/${id}/content` },
		}),
	],
	['in metadata', (id) => ({ metadata: { url: `https://other.example/v1/videos/${id}/content` } })],
];
