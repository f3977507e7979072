/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';

import express, { type Request, type Response } from 'express';
import { z } from 'zod';

/** A file as it was uploaded, with what was said about it. */
export interface Upload {
	/** Of Drive's file or YouTube's video. */
	id: string;
	metadata: Record<string, unknown>;
	bytes: Buffer;
}

export interface Google {
	/** By the hosts that n8n's nodes have built in. */
	readonly apps: Record<string, RequestListener>;
	/** The cells of the only sheet; the first row has the names of the columns. */
	sheet: string[][];
	readonly driveFiles: readonly Upload[];
	readonly youTubeVideos: readonly Upload[];
	/** Answers the next upload, or beginning of one, with this HTTP status. */
	refuseNextUpload(status: number): void;
}

const TOKEN = 'google-token';
const ANY_TYPE = () => true;

const batchUpdate = z.object({
	data: z.array(z.object({ range: z.string(), values: z.array(z.array(z.coerce.string())) })),
});
const driveMetadata = z.object({ name: z.string() }).passthrough();

/** Stands in for Google: its tokens, one spreadsheet, Drive and YouTube's uploads. */
export function createGoogle(): Google {
	const driveFiles: Upload[] = [];
	const youTubeVideos: Upload[] = [];
	let refusal: number | undefined;
	const google: Google = {
		apps: {
			'oauth2.googleapis.com': tokens(),
			'sheets.googleapis.com': sheets(),
			'www.googleapis.com': uploads(),
		},
		sheet: [],
		driveFiles,
		youTubeVideos,
		refuseNextUpload: (status) => void (refusal = status),
	};
	return google;

	function sheets(): RequestListener {
		const app = signedIn();
		app.get('/v4/spreadsheets/:id', (_request, response) => {
			response.json({ sheets: [{ properties: { sheetId: 0, title: 'Sheet1' } }] });
		});
		app.get('/v4/spreadsheets/:id/values/:range', (_request, response) => {
			response.json({ values: google.sheet });
		});
		app.post('/v4/spreadsheets/:id/values\\:batchUpdate', (request, response) => {
			for (const { range, values } of batchUpdate.parse(JSON.parse(String(request.body))).data) {
				const [, column = '', row = ''] = /!([A-Z])(\d+)/.exec(range) ?? [];
				const cells = google.sheet[Number(row) - 1];
				if (cells === undefined) throw new Error(`The sheet has no ${range}`);
				cells.splice(column.charCodeAt(0) - 'A'.charCodeAt(0), 1, String(values[0]?.[0]));
			}
			response.json({});
		});
		return app;
	}

	/** Both take the metadata first, and then the bytes at the address that they answer with. */
	function uploads(): RequestListener {
		const app = signedIn();
		const begun = new Map<string, { kept: Upload[]; upload: Upload }>();
		const begin = (kept: Upload[]) => (request: Request, response: Response) => {
			if (refusal !== undefined) {
				response.status(refusal).json({ error: { message: 'The upload was refused' } });
				refusal = undefined;
				return;
			}
			const id = randomUUID();
			const metadata = Object(JSON.parse(String(request.body)));
			begun.set(id, { kept, upload: { id, metadata, bytes: Buffer.alloc(0) } });
			response.set('Location', `https://www.googleapis.com/bytes/${id}`).json({});
		};
		app.post('/upload/drive/v3/files', begin(driveFiles));
		app.post('/upload/youtube/v3/videos', begin(youTubeVideos));
		app.put('/bytes/:id', (request, response) => {
			const { kept, upload } = begun.get(String(request.params['id'])) ?? {};
			if (kept === undefined || upload === undefined) throw new Error('No upload has begun');
			upload.bytes = Buffer.concat([upload.bytes, request.body]);
			const isWhole = request.headers['content-range']?.endsWith(`/${upload.bytes.length}`);
			if (isWhole) kept.push(upload);
			response.status(isWhole ? 200 : 308).json({ id: upload.id });
		});
		app.patch('/drive/v3/files/:id', (request, response) => {
			const file = driveFiles.find(({ id }) => id === request.params['id']);
			if (file === undefined) throw new Error('Drive has no such file');
			const { name } = driveMetadata.parse(JSON.parse(String(request.body)));
			const webViewLink = `https://drive.example/file/${file.id}`;
			response.json({ id: file.id, name, webViewLink });
		});
		return app;
	}
}

function tokens(): RequestListener {
	const app = express();
	app.post('/token', (_request, response) => {
		response.json({
			access_token: TOKEN,
			refresh_token: 'refresh',
			token_type: 'Bearer',
			expires_in: 3600,
		});
	});
	return app;
}

/** An upload's bytes go to an address that is a secret itself. */
function signedIn() {
	const app = express();
	app.use(express.raw({ type: ANY_TYPE, limit: '50mb' }));
	app.use((request, response, next) => {
		const isKnown =
			request.headers.authorization === `Bearer ${TOKEN}` || request.path.startsWith('/bytes/');
		if (isKnown) next();
		else response.status(401).json({ error: { message: 'Invalid Credentials' } });
	});
	return app;
}
