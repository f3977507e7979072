import type { INodeProperties, INodePropertyOptions, INodePropertyRouting } from 'n8n-workflow';

import { InputError } from '../errors';
import { checkId } from '../fields/checks';
import { field, propertiesOf, type Field } from '../fields/field';
import type { ModelField } from '../fields/model';
import { settingFields } from '../fields/settings';
import { shorten } from '../http/exchange';
import { getStatus } from '../run/getStatus';
import { makeVideo, type VideoMaker } from '../run/makeVideo';
import { refusingRouting } from '../run/refuseOperation';
import type { VideoApi } from '../videoApi';

/** A family of video APIs, as the editor's Resource. */
export interface Resource {
	name: string;
	value: string;
	description: string;
	operations: Operation[];
	/** Ids of models that surely are its own: the other families refuse them before anything is paid. */
	modelPattern: RegExp;
	/** The form of its request IDs. Nobody promises it, so nothing but advice depends on it. */
	idPattern: RegExp;
	models: ModelField[];
}

/** How the editor names an operation. */
type Head = Pick<INodePropertyOptions, 'name' | 'value' | 'action' | 'description'>;

export interface Operation {
	head: Head;
	routing(family: Resource, others: Resource[]): INodePropertyRouting;
	fields: INodeProperties[];
}

/** Of the operation that makes a video from a prompt or an image. */
export const createHead = (family: string): Head => ({
	name: 'Create',
	value: 'create',
	action: `Create ${family} video`,
	description: 'Generate a video from a prompt, or from a prompt and an image',
});

interface SubmitOperation extends Head, Pick<VideoMaker, 'api' | 'read'> {
	/** Below the base URL; may be an expression. */
	submitPath: string;
	/** The parameters that make the video: no others tell one video from another. */
	fields: Array<Field<unknown>>;
}

/** An operation that makes a video, with the parameters of waiting and output that all have. */
export function submitOperation({
	submitPath,
	fields,
	api,
	read,
	...head
}: SubmitOperation): Operation {
	const settings = settingFields(true, api.maxWaitS);
	return {
		head,
		routing(_family, others) {
			const maker: VideoMaker = {
				...{ api, settings, operation: submitPath, parameters: fields },
				async read(item) {
					const submission = await read(item);
					refuseModelOf(others, submission.model);
					return submission;
				},
			};
			return {
				request: { method: 'POST', url: submitPath, headers: api.headers },
				send: { paginate: true },
				operations: { pagination: makeVideo(maker) },
			};
		},
		fields: propertiesOf([...fields, ...settings.fields]),
	};
}

/** A family that gets another one's model may make a video of its own, and charge it. */
function refuseModelOf(others: Resource[], model: string): void {
	const owner = others.find(({ modelPattern }) => modelPattern.test(model));
	if (!owner) return;
	throw new InputError(
		`'Model' ${shorten(model, 100)} belongs to the resource '${owner.name}'`,
		`Choose '${owner.name}' under 'Resource', or another model.`,
	);
}

/** @param idLike an example */
export function requestIdField(idLike: string): Field<string> {
	const source = "the 'request_id' from the output of the node that submitted the video";
	return field(
		{
			displayName: 'Request ID',
			name: 'requestId',
			type: 'string',
			required: true,
			default: '',
			placeholder: `e.g. ${idLike}`,
			description: "The 'request_id' in the output of the node that submitted the video",
		},
		checkId('a request ID', source),
	);
}

/** Get Status, with an example of a request ID, and the parameters beside it that say which job. */
export function statusOperation(
	api: VideoApi,
	action: string,
	idLike: string,
	jobFields: Array<Field<unknown>> = [],
): Operation {
	const settings = settingFields(false, api.maxWaitS);
	const requestId = requestIdField(idLike);
	return {
		head: {
			name: 'Get Status',
			value: 'getStatus',
			action,
			description: 'Check the status of a video, or wait until it is finished',
		},
		routing({ idPattern }, others) {
			const resourceOf = (id: string) =>
				idPattern.test(id) ? undefined : others.find((other) => other.idPattern.test(id))?.name;
			return {
				request: { method: 'GET', headers: api.headers },
				send: { paginate: true },
				operations: { pagination: getStatus(api, requestId, settings, resourceOf) },
			};
		},
		fields: propertiesOf([requestId, ...jobFields, ...settings.fields]),
	};
}

/** The node's properties: Resource, an Operation for each, and each operation's fields. */
export function toProperties(resources: Resource[]): INodeProperties[] {
	const first = resources[0]?.value;
	const known = [...resources.map(({ value }) => value), undefined];
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources.map(({ name, value, description }) => ({ name, value, description })),
			default: first,
		},
		...resources.flatMap((resource) => operationProperties(resource, resources)),
		// Not a routing of Resource: an execution of 0.1 that is retried has none, and n8n then ends it.
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'hidden',
			default: '',
			displayOptions: { hide: { resource: known } },
			routing: refusingRouting,
		},
	];
}

function operationProperties(family: Resource, families: Resource[]): INodeProperties[] {
	const { value, operations } = family;
	// Workflows of 0.1 have no resource: they mean the first.
	const resource = family === families[0] ? [value, undefined] : [value];
	const others = families.filter((each) => each !== family);
	const first = operations[0]?.head.value;
	return [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			options: operations.map(({ head, routing }) => ({
				...head,
				routing: routing(family, others),
			})),
			default: first,
			displayOptions: { show: { resource } },
			routing: refusingRouting,
		},
		...operations.flatMap(({ head, fields }) =>
			fields.map(({ displayOptions, ...property }) => ({
				...property,
				// n8n reads the conditions in their order and shows a field as soon as one is given by
				// expression. So these come first: else the same field of every operation would show.
				displayOptions: {
					...displayOptions,
					show: { resource, operation: [head.value], ...displayOptions?.show },
				},
			})),
		),
	];
}
