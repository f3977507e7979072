import { owner } from '../n8n/restClient.ts';
import { until } from '../until.ts';
import type { BrowserContext, Locator, Page } from './chromium.ts';

/** A busy machine shows things late. */
const ACTION_LIMIT_MS = 60_000;

/** What matters of the browser's HTMLVideoElement. */
interface VideoElement {
	readonly videoWidth: number;
	readonly duration: number;
	readonly seeking: boolean;
	currentTime: number;
	muted: boolean;
	play(): Promise<void>;
	pause(): void;
}

interface ImageElement {
	readonly naturalWidth: number;
}

export async function logIn(context: BrowserContext, serverUrl: string): Promise<void> {
	const page = await newPage(context);
	await page.goto(`${serverUrl}/signin`);
	await page.locator('input[name="emailOrLdapLoginId"]').fill(owner.email);
	await page.locator('input[name="password"]').fill(owner.password);
	await page.locator(testId('form-submit-button')).click();
	await page.waitForURL(({ pathname }) => !pathname.startsWith('/signin'));
	await page.close();
}

export async function openEditor(context: BrowserContext, serverUrl: string): Promise<Editor> {
	return new Editor(await newPage(context), serverUrl);
}

/** n8n's editor in a page of its own, as a user handles it and sees it. */
export class Editor {
	readonly panel: NodePanel;
	readonly node: NodeView;
	readonly input: InputPane;
	readonly output: OutputPane;
	readonly credential: CredentialDialogue;
	/** What the browser's console has shown. */
	readonly consoleLines: string[] = [];
	private readonly page: Page;
	private readonly serverUrl: string;
	private readonly notification: Locator;

	constructor(page: Page, serverUrl: string) {
		this.page = page;
		this.serverUrl = serverUrl;
		this.panel = new NodePanel(page);
		this.node = new NodeView(page);
		this.input = new InputPane(page);
		this.output = new OutputPane(page);
		this.credential = new CredentialDialogue(page);
		this.notification = page.locator('.el-notification');
		page.on('console', (message) => this.consoleLines.push(message.text()));
	}

	async close(): Promise<void> {
		await this.page.close();
	}

	/** As the user's system would, which n8n follows by default. */
	async useDarkColors(): Promise<void> {
		await this.page.emulateMedia({ colorScheme: 'dark' });
	}

	/** Also opens the node panel, since nothing is there yet. */
	async startNewWorkflow(): Promise<void> {
		await this.page.goto(`${this.serverUrl}/workflow/new`);
		await this.page.locator(testId('canvas-add-button')).click();
		await this.panel.isOpen();
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.serverUrl}/workflow/${id}`);
		await this.page.locator(testId('canvas-node')).first().waitFor();
	}

	/** @returns whether n8n offers to retry the execution */
	async offersRetry(workflowId: string, executionId: string): Promise<boolean> {
		await this.page.goto(`${this.serverUrl}/workflow/${workflowId}/executions/${executionId}`);
		await this.page.locator(testId('execution-preview-delete-button')).waitFor();
		const buttons = this.page.locator(testId('execution-preview-retry-button'));
		return (await buttons.allInnerTexts()).length > 0;
	}

	async openNodePanel(): Promise<void> {
		await this.page.locator(testId('node-creator-plus-button')).click();
		await this.panel.isOpen();
	}

	async openNode(name: string): Promise<void> {
		await this.nodeOnCanvas(name).dblclick();
		await this.node.isOpen();
	}

	/** A node's name, and the subtitle below it. */
	async textOnCanvas(nodeName: string): Promise<string[]> {
		return lines(await this.nodeOnCanvas(nodeName).innerText());
	}

	async iconOnCanvas(nodeName: string): Promise<string> {
		return await sourceOfIcon(this.nodeOnCanvas(nodeName));
	}

	async executeWorkflow(): Promise<void> {
		await this.page.locator(testId('execute-workflow-button')).first().click();
	}

	async stopExecution(): Promise<void> {
		await this.page.locator(testId('stop-execution-button')).click();
	}

	async zoomToFit(): Promise<void> {
		await this.page.locator(testId('zoom-to-fit')).click();
	}

	async notificationText(): Promise<string> {
		return await this.notification.first().innerText();
	}

	async closeNotification(): Promise<void> {
		await this.notification.locator('.el-notification__closeBtn').first().click();
		await this.notification.first().waitFor({ state: 'hidden' });
	}

	/** The page as PNG, once it stands still. */
	async picture(): Promise<Buffer> {
		// Out of the way of everything that reacts to the mouse.
		await this.page.mouse.move(720, 12);
		let last = await this.shot();
		while (true) {
			const next = await this.shot();
			if (next.equals(last)) return next;
			last = next;
		}
	}

	private async shot(): Promise<Buffer> {
		return await this.page.screenshot({ animations: 'disabled' });
	}

	private nodeOnCanvas(name: string): Locator {
		return this.page.locator(`${testId('canvas-node')}[data-node-name="${name}"]`);
	}
}

/** Where a user looks for a node. */
class NodePanel {
	private readonly page: Page;
	private readonly searchBar: Locator;
	private readonly names: Locator;

	constructor(page: Page) {
		this.page = page;
		this.searchBar = page.locator(testId('node-creator-search-bar'));
		this.names = page.locator(testId('node-creator-item-name'));
	}

	async isOpen(): Promise<void> {
		await this.searchBar.waitFor();
	}

	async search(text: string): Promise<void> {
		await this.searchBar.fill(text);
	}

	async found(): Promise<string[]> {
		return await this.names.allInnerTexts();
	}

	async icon(nodeName: string): Promise<string> {
		const items = this.page.locator(testId('item-iterator-item'));
		return await sourceOfIcon(items.filter({ hasText: nodeName }));
	}

	async choose(name: string): Promise<void> {
		await this.names.filter({ hasText: exactly(name) }).click();
	}

	/** What the node itself offers, without the triggers that n8n suggests. */
	async actions(nodeType: string): Promise<string[]> {
		return await this.page
			.locator(`[data-keyboard-nav-type="action"][data-keyboard-nav-id^="${nodeType}"]`)
			.allInnerTexts();
	}
}

/** The parameters of the node that is open. */
class NodeView {
	private readonly page: Page;
	private readonly view: Locator;
	private readonly addOptionButton: Locator;
	private readonly offers: Locator;
	private readonly listItems: Locator;

	constructor(page: Page) {
		this.page = page;
		this.view = page.locator(testId('ndv'));
		// What is hidden belongs to n8n's own settings, in the other tab.
		const seen = (id: string) => page.locator(testId(id)).filter({ visible: true });
		this.addOptionButton = seen('collection-parameter-add');
		this.offers = seen('collection-parameter-option');
		this.listItems = seen('rlc-item');
	}

	async isOpen(): Promise<void> {
		await this.view.waitFor();
	}

	async close(): Promise<void> {
		await this.view.locator(testId('ndv-close-button')).click();
		await this.view.waitFor({ state: 'hidden' });
	}

	/** Of all parameters that can be seen, from top to bottom. */
	async labels(): Promise<string[]> {
		const texts = await this.seenParameters(testId('input-label')).allInnerTexts();
		return texts.map((text) => lines(text)[0] ?? '');
	}

	async notices(): Promise<string[]> {
		return await this.seenParameters('[role="alert"]').allInnerTexts();
	}

	async enter(parameter: string, text: string): Promise<void> {
		await this.parameter(parameter).locator('input, textarea').first().fill(text);
	}

	/** Key by key, in place of what is there, and then on to the next field. */
	async type(parameter: string, text: string): Promise<void> {
		const input = this.parameter(parameter).locator('input').first();
		await input.click();
		await input.press('Control+A');
		await input.pressSequentially(text);
		await input.press('Tab');
	}

	async value(parameter: string): Promise<string> {
		return await this.parameter(parameter).locator('input').first().inputValue();
	}

	async toggle(parameter: string): Promise<void> {
		await this.parameter(parameter).locator('.el-switch').click();
	}

	async isOn(parameter: string): Promise<boolean> {
		const state = this.parameter(parameter).locator('[role="switch"]');
		return (await state.getAttribute('aria-checked')) === 'true';
	}

	async choose(parameter: string, option: string): Promise<void> {
		await this.parameter(parameter).locator('input').click();
		const options = this.page.locator('.option-headline').filter({ visible: true });
		await options.filter({ hasText: exactly(option) }).click();
	}

	async chosen(parameter: string): Promise<string> {
		return await this.parameter(parameter).locator('input').inputValue();
	}

	async openOptions(): Promise<void> {
		await this.addOptionButton.click();
		await this.offers.first().waitFor();
	}

	async offeredOptions(): Promise<string[]> {
		return await this.offers.allInnerTexts();
	}

	async closeOptions(): Promise<void> {
		// A click elsewhere, where the list cannot lie above.
		await this.view.locator(testId('tab-params')).click();
		await this.offers.first().waitFor({ state: 'hidden' });
	}

	async addOption(option: string): Promise<void> {
		await this.openOptions();
		await this.offers.filter({ hasText: exactly(option) }).click();
	}

	/** The list of a resource locator. */
	async openList(): Promise<void> {
		await this.view.locator(testId('rlc-input')).click();
	}

	async searchList(text: string): Promise<void> {
		await this.page.locator(testId('rlc-search')).fill(text);
	}

	async listed(): Promise<string[]> {
		return await this.listItems.allInnerTexts();
	}

	async chooseFromList(name: string): Promise<void> {
		await this.listItems.filter({ hasText: exactly(name) }).click();
	}

	async chosenFromList(): Promise<string> {
		return await this.view.locator(testId('rlc-input')).inputValue();
	}

	async openNewCredential(): Promise<void> {
		await this.view.locator(`${testId('node-credentials-select')} input`).click();
		const item = this.page.locator(testId('node-credentials-select-item-new'));
		await item.filter({ visible: true }).click();
	}

	async openCredential(): Promise<void> {
		await this.view.locator(testId('credential-edit-button')).click();
	}

	async chosenCredential(): Promise<string> {
		return await this.view.locator(`${testId('node-credentials-select')} input`).inputValue();
	}

	async startStep(): Promise<void> {
		await this.view.locator(testId('node-execute-button')).first().click();
	}

	private parameter(name: string): Locator {
		return this.view.locator(testId(`parameter-input-${name}`));
	}

	private seenParameters(selector: string): Locator {
		return this.view.locator(`${testId('node-parameters')} ${selector}`).filter({ visible: true });
	}
}

/** The left of an opened node. */
class InputPane {
	private readonly pane: Locator;

	constructor(page: Page) {
		this.pane = page.locator(`${testId('ndv')} ${testId('ndv-input-panel')}`);
	}

	/** As a user drags them into a parameter. */
	async fields(): Promise<string[]> {
		const texts = await this.pane.locator(testId('run-data-schema-item')).allInnerTexts();
		return texts.flatMap(lines);
	}
}

/** What the step of the open node has put out. */
class OutputPane {
	private readonly pane: Locator;
	private readonly video: Locator;

	constructor(page: Page) {
		this.pane = page.locator(`${testId('ndv')} ${testId('output-panel')}`);
		this.video = this.pane.locator('video');
	}

	/** Resolves when the step has ended, one way or the other. */
	async isThere(): Promise<void> {
		await this.pane.locator('[data-test-id^="node-run-status-"]').waitFor();
	}

	async showJson(): Promise<void> {
		await this.pane.locator(testId('radio-button-json')).click();
	}

	async json(): Promise<unknown> {
		const text = await this.pane.locator(testId('ndv-data-container')).innerText();
		return JSON.parse(text.replaceAll('\u00a0', ' '));
	}

	async hints(): Promise<string[]> {
		return lines(await this.pane.locator(testId('run-data-hints')).innerText());
	}

	async errorMessage(): Promise<string> {
		return await this.pane.locator(testId('node-error-message')).innerText();
	}

	async errorDescription(): Promise<string> {
		return await this.pane.locator(testId('node-error-description')).innerText();
	}

	/** What stands under "Error details", as coming from the node. */
	async errorDetails(): Promise<string[]> {
		const details = this.pane.locator('.node-error-view__details').first();
		await details.locator('summary').click();
		return lines(await details.innerText());
	}

	async showTable(): Promise<void> {
		await this.pane.locator(testId('radio-button-table')).click();
	}

	/** The columns of the table, from left to right. */
	async columns(): Promise<string[]> {
		return (await this.pane.locator('table thead th').allInnerTexts()).flatMap(lines);
	}

	async viewBinary(): Promise<void> {
		await this.pane.locator(testId('ndv-view-binary-data')).click();
		await this.video.waitFor();
	}

	/** Plays the video of the binary view from its beginning; resolves when its time moves on. */
	async playVideo(): Promise<{ width: number; seconds: number }> {
		await this.video.evaluate(async (video: VideoElement) => {
			video.muted = true;
			video.pause();
			video.currentTime = 0;
			await video.play();
		});
		await until(
			async () => await this.video.evaluate(({ currentTime }: VideoElement) => currentTime > 0),
		);
		return await this.video.evaluate(({ videoWidth, duration }: VideoElement) => ({
			width: videoWidth,
			seconds: duration,
		}));
	}

	/** So that a picture of it is always the same. */
	async holdVideoInItsMiddle(): Promise<void> {
		await this.video.evaluate((video: VideoElement) => {
			video.pause();
			video.currentTime = video.duration / 2;
		});
		await until(async () => await this.video.evaluate(({ seeking }: VideoElement) => !seeking));
	}
}

class CredentialDialogue {
	private readonly dialogue: Locator;
	private readonly saveButton: Locator;

	constructor(page: Page) {
		this.dialogue = page.locator(testId('credential-edit-dialog'));
		this.saveButton = page.locator(testId('credential-save-button'));
	}

	/** n8n tests it as soon as it is saved, and closes the dialogue of a new one that succeeds. */
	async save({ apiKey, baseUrl }: { apiKey: string; baseUrl: string }): Promise<void> {
		await this.field('apiKey').fill(apiKey);
		await this.field('baseUrl').fill(baseUrl);
		await this.saveButton.click();
	}

	async isClosed(): Promise<void> {
		await this.dialogue.waitFor({ state: 'hidden' });
	}

	async isTested(): Promise<void> {
		await this.dialogue.locator(testId('credentials-config-container-test-success')).waitFor();
	}

	/** What it says of a test that failed, under "More details". */
	async whyTestFailed(): Promise<string | undefined> {
		await this.dialogue.locator('text=More details').click();
		const failure = this.dialogue.locator('.el-tag--danger').filter({ visible: true });
		return lines(await failure.innerText()).at(-1);
	}

	private field(name: string): Locator {
		return this.dialogue.locator(`${testId(`parameter-input-${name}`)} input`);
	}
}

async function newPage(context: BrowserContext): Promise<Page> {
	const page = await context.newPage();
	page.setDefaultTimeout(ACTION_LIMIT_MS);
	return page;
}

/** The address of the icon that the browser has drawn there. */
async function sourceOfIcon(place: Locator): Promise<string> {
	const icon = place.locator('img').first();
	await icon.waitFor();
	await until(async () => await icon.evaluate((image: ImageElement) => image.naturalWidth > 0));
	return (await icon.getAttribute('src')) ?? '';
}

function testId(id: string): string {
	return `[data-test-id="${id}"]`;
}

function exactly(text: string): RegExp {
	return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}

function lines(text: string): string[] {
	return text
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '');
}
