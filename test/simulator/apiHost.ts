/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import express, { type Express } from 'express';
import { type Answer, empty, errorEnvelope, html, json, redirect } from './answers.ts';
import { type SubmissionRoute, readSubmission } from './bodies.ts';
import { type JobBook, viewJob } from './jobs.ts';
import { MODEL_LIST } from './models.ts';
import type { Handle, Reception } from './reception.ts';
import { statusAnswer, submitAnswer } from './shapes.ts';

export interface ApiHostOptions {
	apiKey: string;
	maxRunningJobs: number;
	mediaUrl: string;
}

const TASK_NOT_EXIST = { code: 'task_not_exist', message: 'task_not_exist', data: null };

const refusal = (status: number, message: string, code?: string): Answer =>
	json(status, errorEnvelope(message, code));

/** Assumed in its details: api.md only says "301 or an HTML page". */
const wrongPath: Handle = ({ method }) => (method === 'GET' ? html(200) : redirect(301, '/'));

function submitting(book: JobBook, route: SubmissionRoute, maxRunningJobs: number): Handle {
	return (request) => {
		const { headers, body: sent } = request;
		if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
			return refusal(400, 'the request body is not application/json');
		}
		const reading = readSubmission(route, sent);
		if ('refused' in reading) {
			const { status, message, code } = reading.refused;
			return refusal(status, message, code);
		}
		if (book.running() >= maxRunningJobs) {
			return refusal(429, 'the upstream load is saturated, please try again later');
		}
		const job = book.accept(route, reading.body);
		request.acceptedId = job.requestId;
		return json(200, submitAnswer(job.plan.shape, job.requestId));
	};
}

function telling(book: JobBook, mediaUrl: string): Handle {
	return (_request, requestId) => {
		const job = book.findVisible(requestId);
		if (job === undefined) return json(400, TASK_NOT_EXIST);
		const { httpStatus, body } = statusAnswer(job.plan.shape, viewJob(job, mediaUrl));
		return body === undefined ? empty(httpStatus) : json(httpStatus, body);
	};
}

export function apiHost(book: JobBook, reception: Reception, options: ApiHostOptions): Express {
	const { apiKey, maxRunningJobs, mediaUrl } = options;
	const withKey =
		(handle: Handle): Handle =>
		(request, id) =>
			request.headers.authorization === `Bearer ${apiKey}`
				? handle(request, id)
				: refusal(401, 'invalid token');
	const app = express().enable('strict routing').enable('case sensitive routing');
	app.post(
		'/grok/v1/videos/generations',
		reception.answering('api', 'submit', withKey(submitting(book, 'generations', maxRunningJobs))),
	);
	app.post(
		'/grok/v1/videos/edits',
		reception.answering('api', 'edit', withKey(submitting(book, 'edits', maxRunningJobs))),
	);
	app.get(
		'/grok/v1/videos/:id',
		reception.answering('api', 'status', withKey(telling(book, mediaUrl))),
	);
	app.get(
		'/v1/models',
		reception.answering(
			'api',
			'models',
			withKey(() => json(200, MODEL_LIST)),
		),
	);
	app.use(reception.answering('api', undefined, wrongPath));
	return app;
}
