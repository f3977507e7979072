/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import express, { type Express } from 'express';
import { plain, redirect } from './answers.ts';
import type { JobStore } from './jobs.ts';
import { fileAnswer } from './mp4.ts';
import type { Handle, Reception } from './reception.ts';

function serving(store: JobStore): Handle {
	return (_request, requestId) => {
		const job = store.find(requestId);
		if (job === undefined || !store.hasVideo(job)) return plain(404, 'not found');
		return store.isLinkExpired(job) ? plain(403, 'link expired') : fileAnswer(job);
	};
}

/** Wants no key; whether one came is in the recorded headers. */
export function mediaHost(store: JobStore, reception: Reception): Express {
	const app = express().enable('strict routing').enable('case sensitive routing');
	app.get(
		'/videos/:id.mp4',
		reception.answering({ host: 'media', route: 'video' }, serving(store)),
	);
	app.get(
		'/redirect/:id.mp4',
		reception.answering({ host: 'media', route: 'redirect' }, (_request, id) =>
			redirect(302, `/videos/${encodeURIComponent(id)}.mp4`),
		),
	);
	app.use(reception.answering({ host: 'media' }, () => plain(404, 'not found')));
	return app;
}
