import type { ChatModel } from '../services/chatModel.ts';
import { type Execution, type Workflow, withCredential } from './restClient.ts';
import type { ServerScene } from './serverScene.ts';
import { NODE_TYPE } from './stage.ts';

const TOOL_TYPE = `${NODE_TYPE}Tool`;
const MODEL_TYPE = '@n8n/n8n-nodes-langchain.lmChatOpenAi';

/** Sends one message in the editor's chat with an agent that has this chat model. */
export async function chat(
	{ client, stage, save }: ServerScene,
	{ baseUrl }: ChatModel,
	agent: Workflow,
): Promise<Execution> {
	const data = { apiKey: 'any', url: baseUrl };
	const credential = await client.saveCredential('Chat model', 'openAiApi', data);
	const withModel = withCredential(agent, MODEL_TYPE, credential);
	const workflowId = await save(withCredential(withModel, TOOL_TYPE, stage.credential));
	const message = { sessionId: workflowId, action: 'sendMessage', chatInput: 'A video, please' };
	return await client.waitForExecution(await client.runWorkflow(workflowId, 'Chat', message));
}
