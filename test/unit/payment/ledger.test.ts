/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import { describe, expect, test } from '@jest/globals';
import type { IContextObject } from 'n8n-workflow';

import { isAccepted, Ledger, type VideoKey } from '../../../nodes/CometApiVideo/payment/ledger';

const keyOf = (run: number, item: number, told: Partial<VideoKey> = {}): VideoKey => ({
	slot: { run, item },
	parameters: 'p',
	body: 'b',
	isAgentCall: false,
	...told,
});

const jobRef = (requestId: string) => ({ requestId, statusPath: `/videos/${requestId}` });

/** What an earlier item left in the context: its job, accepted, and let go. */
function leave(context: IContextObject, of: VideoKey, told: { delivered?: boolean } = {}): string {
	const ledger = new Ledger(context);
	const entry = ledger.add(of);
	const id = `job of ${of.slot.run}/${of.slot.item}, ${of.parameters}, ${of.body}`;
	entry.job = jobRef(id);
	entry.acceptedAtMs = 1_000;
	if (told.delivered) entry.delivered = true;
	ledger.release();
	return id;
}

const take = (context: IContextObject, wanted: VideoKey) =>
	new Ledger(context).claim(wanted)?.job?.requestId;

describe('a: a slot that runs again', () => {
	test('with the same parameters gets its job, whatever the body has become', () => {
		const context = {};
		const id = leave(context, keyOf(0, 0));
		expect(take(context, keyOf(0, 0, { body: 'with another $now' }))).toBe(id);
	});

	test('gets it although it was delivered: the run is retried because of another item', () => {
		const context = {};
		const id = leave(context, keyOf(0, 0), { delivered: true });
		expect(take(context, keyOf(0, 0, { body: 'with another $now' }))).toBe(id);
	});

	test('with new parameters and a new body gets none', () => {
		const context = {};
		leave(context, keyOf(0, 0));
		const edited = keyOf(0, 0, { parameters: 'edited', body: 'edited' });
		expect(take(context, edited)).toBeUndefined();
	});

	test('with new parameters and the same body gets its undelivered job', () => {
		const context = {};
		const id = leave(context, keyOf(0, 0));
		expect(take(context, keyOf(0, 0, { parameters: 'edited' }))).toBe(id);
	});

	test('prefers its own job to an equal one of another run', () => {
		const context = {};
		leave(context, keyOf(0, 0));
		const id = leave(context, keyOf(1, 0));
		expect(take(context, keyOf(1, 0))).toBe(id);
	});

	test('prefers the job of its parameters to one of its body', () => {
		const context = {};
		leave(context, keyOf(0, 0, { parameters: 'older' }));
		const id = leave(context, keyOf(0, 0, { body: 'with another $now' }));
		expect(take(context, keyOf(0, 0))).toBe(id);
	});

	test('gets its own job, not that of its neighbour', () => {
		const context = {};
		const ids = [0, 1, 2].map((item) => leave(context, keyOf(0, item)));
		const retried = [2, 0, 1].map((item) => take(context, keyOf(0, item)));
		expect(retried).toEqual([ids[2], ids[0], ids[1]]);
	});
});

describe('b: another run with the same body', () => {
	test.each([
		{ name: 'the same item', item: 0, parameters: 'p' },
		{ name: 'another item', item: 3, parameters: 'p' },
		{ name: 'other parameters', item: 0, parameters: 'edited' },
	])('takes up an undelivered job: $name', ({ item, parameters }) => {
		const context = {};
		const id = leave(context, keyOf(0, 0));
		expect(take(context, keyOf(1, item, { parameters }))).toBe(id);
	});

	test('leaves a delivered one alone', () => {
		const context = {};
		leave(context, keyOf(0, 0), { delivered: true });
		expect(take(context, keyOf(1, 0))).toBeUndefined();
	});

	test('leaves one of another body alone', () => {
		const context = {};
		leave(context, keyOf(0, 0));
		expect(take(context, keyOf(1, 0, { body: 'another' }))).toBeUndefined();
	});

	test('leaves one alone that a running item holds, until that item lets go', () => {
		const context = {};
		const id = leave(context, keyOf(0, 0));
		const holder = new Ledger(context);
		expect(holder.claim(keyOf(1, 0))?.job?.requestId).toBe(id);
		expect(take(context, keyOf(2, 0))).toBeUndefined();
		holder.release();
		expect(take(context, keyOf(2, 0))).toBe(id);
	});

	test('leaves one alone whose submit is under way', () => {
		const context = {};
		new Ledger(context).add(keyOf(0, 0));
		expect(new Ledger(context).claim(keyOf(1, 0))).toBeUndefined();
	});

	test('shares several undelivered jobs out, each once', () => {
		const context = {};
		const ids = [0, 1].map((item) => leave(context, keyOf(0, item)));
		const taken = [0, 1, 2].map((item) => take(context, keyOf(1, item)));
		expect(taken).toEqual([...ids, undefined]);
	});
});

describe('c: separate videos', () => {
	test('for equal items that run at the same time', () => {
		const context = {};
		const ledgers = [0, 1, 2].map((item) => {
			const ledger = new Ledger(context);
			expect(ledger.claim(keyOf(0, item))).toBeUndefined();
			ledger.add(keyOf(0, item));
			return ledger;
		});
		for (const ledger of ledgers) ledger.release();
	});

	test('for equal items of which one ends before the next begins, delivered or not', () => {
		for (const delivered of [true, false]) {
			const context = {};
			leave(context, keyOf(0, 0), { delivered });
			expect(take(context, keyOf(0, 1))).toBeUndefined();
		}
	});

	test('for the rounds of Loop Over Items', () => {
		const context = {};
		for (let round = 0; round < 3; round++) {
			expect(take(context, keyOf(round, 0))).toBeUndefined();
			leave(context, keyOf(round, 0), { delivered: true });
		}
	});
});

describe("an agent's calls", () => {
	const call = (run: number, body = 'b') => keyOf(run, 0, { body, isAgentCall: true });

	test('with different bodies make separate videos, though they share a slot', () => {
		const context = {};
		leave(context, call(0, 'a cat'));
		expect(take(context, call(0, 'a dog'))).toBeUndefined();
	});

	test('that are equal make separate videos, one after the other', () => {
		const context = {};
		leave(context, call(0), { delivered: true });
		expect(take(context, call(0))).toBeUndefined();
		expect(take(context, call(1))).toBeUndefined();
	});

	test('that are equal make separate videos, at the same time', () => {
		const context = {};
		new Ledger(context).add(call(0));
		expect(new Ledger(context).claim(call(0))).toBeUndefined();
	});

	test.each([0, 1])('that are retried take up the undelivered job, in run %i', (run) => {
		const context = {};
		const id = leave(context, call(0));
		expect(take(context, call(run))).toBe(id);
	});
});

describe("what was delivered to an agent's run", () => {
	const asking = (hasLost: boolean) => ({
		delivery: (atMs: number) => ({ agent: 'Agent', run: 0, execution: '1', atMs }),
		hasLost: () => hasLost,
	});
	const call = (hasLost: boolean) => keyOf(0, 0, { isAgentCall: true, agent: asking(hasLost) });
	const deliver = (context: IContextObject, key: VideoKey) => {
		const id = leave(context, key);
		const ledger = new Ledger(context);
		const entry = ledger.claim(key);
		if (entry) ledger.deliver(entry, key, 1_000);
		ledger.release();
		return id;
	};

	test('is taken up again when that run was thrown away', () => {
		const context = {};
		const id = deliver(context, call(false));
		expect(take(context, call(false))).toBeUndefined();
		expect(take(context, call(true))).toBe(id);
	});

	test('is taken up after what never was delivered', () => {
		const context = {};
		const lost = deliver(context, { ...call(false), parameters: 'lost' });
		const undelivered = leave(context, { ...call(false), parameters: 'undelivered' });
		expect([take(context, call(true)), take(context, call(true))]).toEqual([undelivered, lost]);
	});

	test('is not for a node that is no tool', () => {
		const context = {};
		deliver(context, call(true));
		expect(take(context, keyOf(1, 0))).toBeUndefined();
	});
});

describe('the life of an entry', () => {
	test('it is noted before the submit is answered, without an id', () => {
		const context = {};
		const ledger = new Ledger(context);
		ledger.add(keyOf(0, 0));
		ledger.release();
		const found = new Ledger(context).claim(keyOf(0, 0));
		expect(found).toEqual({ run: 0, item: 0, parameters: 'p', body: 'b' });
		expect(found && isAccepted(found)).toBe(false);
	});

	test('one of unknown fate is found by an equal item of another run as well', () => {
		const context = {};
		const ledger = new Ledger(context);
		ledger.add(keyOf(0, 0));
		ledger.release();
		expect(new Ledger(context).claim(keyOf(1, 0))).toBeDefined();
	});

	test('a closed one is forgotten, and only that one', () => {
		const context = {};
		const neighbour = leave(context, keyOf(0, 1));
		const ledger = new Ledger(context);
		const entry = ledger.add(keyOf(0, 0));
		ledger.remove(entry);
		ledger.remove(entry);
		ledger.release();
		expect(take(context, keyOf(0, 0))).toBeUndefined();
		expect(take(context, keyOf(0, 1))).toBe(neighbour);
	});

	test('a job that was taken up can be closed, and the next try is a new one', () => {
		const context = {};
		leave(context, keyOf(0, 0));
		const retry = new Ledger(context);
		const entry = retry.claim(keyOf(0, 0));
		expect(entry).toBeDefined();
		if (entry) retry.remove(entry);
		retry.release();
		expect(take(context, keyOf(0, 0))).toBeUndefined();
	});

	test("an item's release leaves alone what others hold", () => {
		const context = {};
		const running = keyOf(0, 0, { body: 'running' });
		new Ledger(context).add(running);
		const other = new Ledger(context);
		other.add(keyOf(0, 1));
		other.release();
		expect(new Ledger(context).claim({ ...running, slot: { run: 1, item: 0 } })).toBeUndefined();
	});
});

describe('the data of the execution', () => {
	const saved = (context: IContextObject): IContextObject => JSON.parse(JSON.stringify(context));

	test('brings the jobs back, held by nobody', () => {
		const context = {};
		const running = new Ledger(context).add(keyOf(0, 0));
		running.job = jobRef('first');
		running.acceptedAtMs = 1_234;
		const found = new Ledger(saved(context)).claim(keyOf(0, 0, { body: 'with another $now' }));
		expect(found).toEqual({
			run: 0,
			item: 0,
			parameters: 'p',
			body: 'b',
			job: jobRef('first'),
			acceptedAtMs: 1_234,
		});
	});

	test('remembers a submit without an answer, and what was delivered', () => {
		const context = {};
		new Ledger(context).add(keyOf(0, 0));
		leave(context, keyOf(0, 1, { body: 'delivered' }), { delivered: true });
		const restored = saved(context);
		const found = new Ledger(restored).claim(keyOf(0, 0));
		expect(found && isAccepted(found)).toBe(false);
		expect(take(restored, keyOf(1, 1, { body: 'delivered' }))).toBeUndefined();
	});

	test("leaves other nodes' data in the context alone", () => {
		const context: IContextObject = { noItemsLeft: true };
		leave(context, keyOf(0, 0));
		expect(context.noItemsLeft).toBe(true);
	});
});
