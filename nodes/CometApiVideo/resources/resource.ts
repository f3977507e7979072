import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Field } from '../fields/field';
import type { ModelField } from '../fields/model';
import { requestIdField } from '../fields/requestId';
import { optionsField, settingFields } from '../fields/settings';
import { ASLEEP } from '../run/asleepItem';
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
	model: ModelField;
}

type ShownResource = Omit<Resource, 'model'>;

/** An operation: how the editor names it, what it does, and its parameters. */
export interface Operation {
	option: INodePropertyOptions;
	fields: INodeProperties[];
}

/** A parameter, or a notice, which is none. */
type Shown = Field<unknown> | INodeProperties;

const isField = (shown: Shown): shown is Field<unknown> => 'properties' in shown;

const propertiesOf = (shown: readonly Shown[]): INodeProperties[] =>
	shown.flatMap((each) => (isField(each) ? each.properties : [each]));

/** An operation that makes a video, with the parameters of waiting and output that all have. */
export function submitOperation({
	head,
	submitPath,
	ofVideo,
	optionsOfVideo,
	maxWaitS,
	...maker
}: {
	head: Pick<INodePropertyOptions, 'name' | 'value' | 'action' | 'description'>;
	/** Below the base URL; may be an expression. */
	submitPath: string;
	/** The parameters that make the video: no others tell one video from another. */
	ofVideo: Shown[];
	/** The same, under Options. */
	optionsOfVideo: Array<Field<unknown>>;
	/** Seconds, unless the user sets another limit. */
	maxWaitS: number;
} & Pick<VideoMaker, 'api' | 'read'>): Operation {
	const settings = settingFields(true, maxWaitS);
	const fields = propertiesOf(ofVideo);
	const options = propertiesOf(optionsOfVideo);
	const parameters = [...ofVideo.filter(isField), ...optionsOfVideo].map(
		({ properties: [property], meaning }) => ({ name: property?.name ?? '', meaning }),
	);
	return {
		option: {
			...head,
			routing: {
				request: { method: 'POST', url: submitPath },
				send: { paginate: true },
				operations: {
					pagination: makeVideo({ ...maker, settings, operation: submitPath, parameters }),
				},
			},
		},
		fields: [...fields, ...settings.fields, optionsField([...options, ...settings.options])],
	};
}

/** Get Status, with the parameters beside the request ID that say which job. */
export function statusOperation(
	api: VideoApi,
	maxWaitS: number,
	{ action, idLike, ofJob = [] }: { action: string; idLike: string; ofJob?: Shown[] },
): Operation {
	const settings = settingFields(false, maxWaitS);
	const requestId = requestIdField(`e.g. ${idLike}`);
	return {
		option: {
			name: 'Get Status',
			value: 'getStatus',
			action,
			description: 'Check the status of a video, or wait until it is finished',
			routing: {
				request: { method: 'GET' },
				send: { paginate: true },
				operations: { pagination: getStatus(api, requestId, settings) },
			},
		},
		fields: [
			...propertiesOf([requestId, ...ofJob]),
			...settings.fields,
			optionsField(settings.options),
			{ displayName: 'Asleep', name: ASLEEP, type: 'hidden', default: '' },
		],
	};
}

/** The node's properties: Resource, an Operation for each, and each operation's fields. */
export function toProperties(resources: ShownResource[]): INodeProperties[] {
	return [resourceField(resources), ...resources.flatMap(operationFields)];
}

function resourceField(resources: ShownResource[]): INodeProperties {
	const first = resources[0]?.value;
	return {
		displayName: 'Resource',
		name: 'resource',
		type: resources.length > 1 ? 'options' : 'hidden',
		noDataExpression: true,
		options: resources.map(({ name, value, description }) => ({ name, value, description })),
		default: first ?? '',
		routing: refusingRouting,
	};
}

function operationFields({ value: resource, operations }: ShownResource): INodeProperties[] {
	const first = operations[0]?.option.value;
	return [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			options: operations.map(({ option }) => option),
			default: first,
			displayOptions: { show: { resource: [resource] } },
			routing: refusingRouting,
		},
		...operations.flatMap(({ option, fields }) =>
			fields.map((field) => shownFor({ resource: [resource], operation: [option.value] }, field)),
		),
	];
}

/**
 * n8n reads the conditions in their order and shows a field as soon as one is given by expression, so
 * an operation's own come first: else the same field of every operation would show.
 */
function shownFor(
	owner: { resource: string[]; operation: Array<string | number | boolean> },
	{ displayOptions, ...field }: INodeProperties,
): INodeProperties {
	return {
		...field,
		displayOptions: { ...displayOptions, show: { ...owner, ...displayOptions?.show } },
	};
}
