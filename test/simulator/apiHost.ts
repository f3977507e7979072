/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import express, { type Express } from 'express';
import { html, json, redirect } from './answers.ts';
import { FAMILY_NAMES, FAMILIES } from './families.ts';
import { type Counter, refusal } from './family.ts';
import { MODEL_LIST } from './models.ts';
import type { Handle, Reception } from './reception.ts';
import { CATALOGUE } from './video/catalogue.ts';

const routesOf = (counter: Counter) =>
	FAMILY_NAMES.flatMap((family) =>
		FAMILIES[family].routes(counter).map((route) => ({ family, ...route })),
	);

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
	for (const { family, method, path, route, handle } of routesOf(counter)) {
		const origin = { host: 'api', family, route } as const;
		app[method](path, reception.answering(origin, withKey(handle)));
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
