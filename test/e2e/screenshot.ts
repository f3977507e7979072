/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { interruptSignal } from './interruption.ts';
import { step } from './progress.ts';
import { owner } from './restClient.ts';
import { simulatedService } from './service.ts';
import {
	type CleanUp,
	EXAMPLE,
	PROJECT_FOLDER,
	type Stage,
	cleanUpAll,
	setStage,
} from './stage.ts';

/** What is used here of playwright-core, which comes with n8n and so without its types. */
interface Locator {
	click(): Promise<void>;
	dblclick(): Promise<void>;
	fill(text: string): Promise<void>;
	waitFor(options?: { state: 'visible' | 'hidden' }): Promise<void>;
	first(): Locator;
}

interface Page {
	goto(url: string): Promise<unknown>;
	locator(selector: string): Locator;
	waitForTimeout(ms: number): Promise<void>;
	waitForURL(predicate: (url: URL) => boolean): Promise<void>;
	mouse: { move(x: number, y: number): Promise<void> };
	screenshot(options: { path: string }): Promise<unknown>;
}

interface Browser {
	newPage(options: {
		viewport: { width: number; height: number };
		deviceScaleFactor: number;
		colorScheme: 'light';
	}): Promise<Page>;
	close(): Promise<void>;
}

interface Playwright {
	chromium: { launch(options: { executablePath: string; args: string[] }): Promise<Browser> };
}

const IMAGES = join(PROJECT_FOLDER, 'docs', 'images');
const JOB_SECONDS = 2;
const SETTLE_MS = 1_000;
const NODE = `[data-test-id="canvas-node"][data-node-name="${EXAMPLE.nodeName}"]`;
const CHROMIUM_FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

const { CHROMIUM_PATH: chromium = '/usr/bin/chromium' } = process.env;
const signal = interruptSignal();
const cleanUp: CleanUp = [];
try {
	const service = await simulatedService(JOB_SECONDS);
	cleanUp.push(service.close);
	const stage = await setStage(service, cleanUp, { signal, step });
	const page = await openEditor(stage);
	await step('docs/images/workflow.png', async () => await takeWorkflow(page));
	await step('docs/images/node.png', async () => await takeNode(page));
} finally {
	await cleanUpAll(cleanUp);
}

async function openEditor({ installation, server, workflowId }: Stage): Promise<Page> {
	const requireOfN8n = createRequire(join(installation.folder, 'package.json'));
	const playwright = requireOfN8n('playwright-core') as Playwright;
	const browser = await playwright.chromium.launch({
		executablePath: chromium,
		args: CHROMIUM_FLAGS,
	});
	cleanUp.push(async () => await browser.close());
	const page = await browser.newPage({
		viewport: { width: 1400, height: 800 },
		deviceScaleFactor: 1,
		colorScheme: 'light',
	});
	await page.goto(`${server.url}/signin`);
	await page.locator('input[name="emailOrLdapLoginId"]').fill(owner.email);
	await page.locator('input[name="password"]').fill(owner.password);
	await page.locator(testId('form-submit-button')).click();
	await page.waitForURL(({ pathname }) => !pathname.startsWith('/signin'));
	await page.goto(`${server.url}/workflow/${workflowId}`);
	return page;
}

async function takeWorkflow(page: Page) {
	await page.locator(NODE).first().waitFor();
	await page.locator(testId('execute-workflow-button')).first().click();
	// The message of success, closed so that it is not in the picture.
	await page.locator('.el-notification:has-text("executed successfully")').waitFor();
	await page.locator('.el-notification__closeBtn').first().click();
	await page.locator('.el-notification').first().waitFor({ state: 'hidden' });
	await page.locator(testId('zoom-to-fit')).click();
	await takePicture(page, 'workflow.png');
}

async function takeNode(page: Page) {
	await page.locator(NODE).dblclick();
	await page.locator(`${testId('output-panel')} ${testId('radio-button-json')}`).click();
	await takePicture(page, 'node.png');
}

async function takePicture(page: Page, name: string) {
	// Out of the way of everything that reacts to the mouse, and until animations are over.
	await page.mouse.move(720, 12);
	await page.waitForTimeout(SETTLE_MS);
	await mkdir(IMAGES, { recursive: true });
	await page.screenshot({ path: join(IMAGES, name) });
}

function testId(id: string): string {
	return `[data-test-id="${id}"]`;
}
