/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import express, { type Express } from 'express';
import { html, json, redirect } from './answers.ts';
import { type Counter, type FamilyRoute, refusal } from './family.ts';
import { grokRoutes } from './grok/grok.ts';
import { klingRoutes } from './kling/kling.ts';
import { MODEL_LIST } from './models.ts';
import type { Handle, Reception } from './reception.ts';
import { FAMILIES, type Family } from './requests.ts';
import { CATALOGUE } from './video/catalogue.ts';
import { videoRoutes } from './video/videoRoutes.ts';

const FAMILY_ROUTES: Record<Family, (counter: Counter) => FamilyRoute[]> = {
	grok: grokRoutes,
	video: videoRoutes,
	kling: klingRoutes,
};

/** Assumed in its details: docs/api.md only says "301 or an HTML page". */
const wrongPath: Handle = ({ method }) => (method === 'GET' ? html(200) : redirect(301, '/'));

/** Seen live under /v1/videos; under /kling assumed. */
const invalidUrl: Handle = ({ method, path }) =>
	refusal({ status: 404, message: `Invalid URL (${method} ${path})` });

export function apiHost(reception: Reception, apiKey: string, counter: Counter): Express {
	const withKey =
		(handle: Handle): Handle =>
		(request, id) =>
			request.headers.authorization === `Bearer ${apiKey}`
				? handle(request, id)
				: refusal({ status: 401, message: 'invalid token' });
	const app = express().enable('strict routing').enable('case sensitive routing');
	for (const family of FAMILIES) {
		for (const { method, path, route, handle } of FAMILY_ROUTES[family](counter)) {
			const origin = { host: 'api', family, route } as const;
			app[method](path, reception.answering(origin, withKey(handle)));
		}
	}
	app.get(
		'/v1/models',
		reception.answering(
			{ host: 'api', route: 'models' },
			withKey(() => json(200, MODEL_LIST)),
		),
	);
	app.get(
		'/api/models',
		reception.answering({ host: 'api', route: 'catalogue' }, () =>
			json(200, CATALOGUE, { 'Access-Control-Allow-Origin': '*' }),
		),
	);
	app.use(['/v1/videos', '/kling'], reception.answering({ host: 'api' }, invalidUrl));
	app.use(reception.answering({ host: 'api' }, wrongPath));
	return app;
}
