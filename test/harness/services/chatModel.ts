/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run outside n8n */
import express from 'express';
import { z } from 'zod';

import { listen } from '../../simulator/listener.ts';

const contentShape = z.union([z.string(), z.array(z.object({ text: z.string() }))]).nullish();
const messageShape = z.object({ role: z.string(), content: contentShape }).passthrough();

const toolShape = z.object({
	function: z.object({
		name: z.string(),
		description: z.string(),
		parameters: z.record(z.unknown()),
	}),
});

const requestShape = z
	.object({
		stream: z.boolean().optional(),
		messages: z.array(messageShape),
		tools: z.array(toolShape).default([]),
	})
	.passthrough();

export type ChatRequest = z.infer<typeof requestShape>;
export type ChatTool = z.infer<typeof toolShape>['function'];

/** What the model says next: a text, calls of a tool, or that it's out of order. */
export type Turn = string | ToolCall[] | typeof OUT_OF_ORDER;

/** An answer that the agent's client doesn't ask for again by itself. */
export const OUT_OF_ORDER = Symbol('out of order');

export interface ToolCall {
	name: string;
	arguments: Record<string, unknown>;
}

export interface ChatModel {
	/** As the credential of the chat model wants it. */
	readonly baseUrl: string;
	readonly requests: readonly ChatRequest[];
	/** Forgets earlier requests, and takes these turns one after the other. */
	play(...turns: Array<Turn | ((request: ChatRequest) => Turn)>): void;
	close(): Promise<void>;
}

/** Stands in for a chat model's HTTP API as OpenAI has it, on 127.0.0.1. */
export async function startChatModel(): Promise<ChatModel> {
	const requests: ChatRequest[] = [];
	let script: Array<Turn | ((request: ChatRequest) => Turn)> = [];
	const app = express();
	app.post('/v1/chat/completions', express.json({ limit: '10mb' }), (request, response) => {
		const asked = requestShape.parse(request.body);
		requests.push(asked);
		const next = script.shift();
		if (next === undefined) {
			response.status(400).json({ error: { message: 'The stand-in has no turn for this' } });
			return;
		}
		const turn = typeof next === 'function' ? next(asked) : next;
		if (turn === OUT_OF_ORDER) {
			response.status(400).json({ error: { message: 'The model is out of order' } });
			return;
		}
		const answer = completion(turn, requests.length);
		if (asked.stream) response.type('text/event-stream').end(streamed(answer));
		else response.json(answer);
	});
	const { url, close } = await listen(app, 0);
	return {
		baseUrl: `${url}/v1`,
		requests,
		play(...turns) {
			requests.length = 0;
			script = turns;
		},
		close,
	};
}

/** What the tools answered so far, in order. */
export function toolAnswers({ messages }: ChatRequest): string[] {
	return messages.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content));
}

function textOf(content: z.infer<typeof contentShape>): string {
	if (typeof content === 'string') return content;
	return (content ?? []).map(({ text }) => text).join('');
}

/** The same as one piece of a stream, and its end. */
function streamed({ choices: [{ index, message, finish_reason }], ...answer }: Completion): string {
	const toolCalls = message.tool_calls?.map((call, at) => ({ index: at, ...call }));
	const delta = { ...message, ...(toolCalls && { tool_calls: toolCalls }) };
	const piece = {
		...answer,
		object: 'chat.completion.chunk',
		choices: [{ index, delta, finish_reason }],
	};
	return `data: ${JSON.stringify(piece)}\n\ndata: [DONE]\n\n`;
}

type Completion = ReturnType<typeof completion>;

function completion(turn: Exclude<Turn, symbol>, count: number) {
	const calls = typeof turn === 'string' ? [] : turn;
	const toolCalls = calls.map(({ name, arguments: values }, index) => ({
		id: `call_${count}_${index}`,
		type: 'function',
		function: { name, arguments: JSON.stringify(values) },
	}));
	const message = {
		role: 'assistant',
		content: typeof turn === 'string' ? turn : null,
		tool_calls: toolCalls.length > 0 ? toolCalls : undefined,
	};
	return {
		id: `chat_${count}`,
		object: 'chat.completion',
		created: Math.floor(Date.now() / 1000),
		model: 'stand-in',
		choices: [
			{ index: 0, message, finish_reason: toolCalls.length > 0 ? 'tool_calls' : 'stop' },
		] as const,
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}
