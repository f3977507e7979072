/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- tests run outside n8n */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Installation } from '../n8n/installation.ts';
import { ensureDebianPackage } from '../services/debianPackage.ts';

/** What is used here of playwright-core, which comes with n8n and so without its types. */
export interface Locator {
	locator(selector: string): Locator;
	filter(options: { visible?: boolean; hasText?: string | RegExp }): Locator;
	first(): Locator;
	click(): Promise<void>;
	dblclick(): Promise<void>;
	fill(text: string): Promise<void>;
	press(key: string): Promise<void>;
	pressSequentially(text: string): Promise<void>;
	waitFor(options?: { state: 'visible' | 'hidden' }): Promise<void>;
	innerText(): Promise<string>;
	allInnerTexts(): Promise<string[]>;
	inputValue(): Promise<string>;
	getAttribute(name: string): Promise<string | null>;
	/** Calls the function in the page, with the DOM element. */
	evaluate<Element, Result>(call: (element: Element) => Result | Promise<Result>): Promise<Result>;
}

export interface Page extends Pick<Locator, 'locator'> {
	goto(url: string): Promise<unknown>;
	waitForURL(predicate: (url: URL) => boolean): Promise<void>;
	emulateMedia(options: { colorScheme: 'dark' }): Promise<void>;
	setDefaultTimeout(ms: number): void;
	mouse: { move(x: number, y: number): Promise<void> };
	on(event: 'console', listener: (message: { text(): string }) => void): void;
	screenshot(options: { animations: 'disabled' }): Promise<Buffer>;
	close(): Promise<void>;
}

export interface BrowserContext {
	newPage(): Promise<Page>;
}

export interface Browser {
	newContext(options: {
		colorScheme: 'light';
		viewport: { width: number; height: number };
		deviceScaleFactor: number;
	}): Promise<BrowserContext>;
	close(): Promise<void>;
}

interface Playwright {
	chromium: { launch(options: { executablePath: string; args: string[] }): Promise<Browser> };
}

const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** Debian's Chromium, or the one at CHROMIUM_PATH, without a window, driven by the playwright-core that this n8n brings along. */
export async function launchChromium({ folder }: Installation): Promise<Browser> {
	const requireOfN8n = createRequire(join(folder, 'package.json'));
	const { chromium } = requireOfN8n('playwright-core') as Playwright;
	const { CHROMIUM_PATH } = process.env;
	const executablePath = CHROMIUM_PATH ?? (await ensureDebianPackage('chromium', 'chromium'));
	return await chromium.launch({ executablePath, args: FLAGS });
}
