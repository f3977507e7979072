/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import express, { type Express } from 'express';
import { plain, redirect } from './answers.ts';
import { type JobBook, hasVideo, isLinkExpired } from './jobs.ts';
import type { Handle, Reception } from './reception.ts';
import { generatedVideo, sampleVideo } from './videos.ts';

function serving(book: JobBook): Handle {
	return (_request, requestId) => {
		const job = book.find(requestId);
		if (job === undefined || !hasVideo(job)) return plain(404, 'not found');
		if (isLinkExpired(job)) return plain(403, 'link expired');
		const { video } = job.plan;
		return {
			status: 200,
			headers: { 'Content-Type': 'video/mp4' },
			content: video === 'sample' ? sampleVideo : generatedVideo(requestId, video.bytes),
		};
	};
}

/** Wants no key; whether one came is in the recorded headers. */
export function mediaHost(book: JobBook, reception: Reception): Express {
	const app = express().enable('strict routing').enable('case sensitive routing');
	app.get('/videos/:id.mp4', reception.answering('media', 'video', serving(book)));
	app.get(
		'/redirect/:id.mp4',
		reception.answering('media', 'redirect', (_request, id) => redirect(302, `/videos/${id}.mp4`)),
	);
	app.use(reception.answering('media', undefined, () => plain(404, 'not found')));
	return app;
}
