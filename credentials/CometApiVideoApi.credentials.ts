import {
	UserError,
	type ICredentialDataDecryptedObject,
	type ICredentialTestRequest,
	type ICredentialType,
	type IHttpRequestOptions,
	type INodeProperties,
	type Icon,
} from 'n8n-workflow';

import { BASE_URL_EXPRESSION, baseUrlProblem, DEFAULT_BASE_URL } from './baseUrl';
import { CREDENTIAL_TYPE } from './credentialType';

export class CometApiVideoApi implements ICredentialType {
	name = CREDENTIAL_TYPE;

	displayName = 'CometAPI Video API';

	icon: Icon = {
		light: 'file:../icons/cometapi.svg',
		dark: 'file:../icons/cometapi.dark.svg',
	};

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-cometapi-video#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. sk-...',
			description: 'An API key from the CometAPI console, at cometapi.com/console/token',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: DEFAULT_BASE_URL,
			description:
				'Change it only if you use your own gateway. It must be https; http works only for localhost, and then a proxy that n8n uses can read the key.',
		},
	];

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const baseUrl = String(credentials.baseUrl).trim();
		const problem = baseUrlProblem(baseUrl);
		if (problem) throw new UserError(problem);
		if (new URL(request.url, request.baseURL ?? baseUrl).origin !== new URL(baseUrl).origin) {
			throw new UserError(`The API key is only sent to ${new URL(baseUrl).host}`);
		}
		return {
			...request,
			headers: { ...request.headers, Authorization: `Bearer ${String(credentials.apiKey).trim()}` },
		};
	};

	test: ICredentialTestRequest = {
		request: { baseURL: BASE_URL_EXPRESSION, url: '/v1/models', disableFollowRedirect: true },
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: "CometAPI doesn't accept the API key. Check 'API Key'.",
				},
			},
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'object',
					value: undefined,
					message: "This URL doesn't answer like CometAPI. Check 'Base URL'.",
				},
			},
			// n8n takes a mixture; its type does not.
		] as ICredentialTestRequest['rules'],
	};
}
