import type { INodeProperties, INodePropertyOptions, INodePropertyRouting } from 'n8n-workflow';

import { InputError } from '../errors';
import type { Field } from '../fields/field';
import type { ModelField } from '../fields/model';
import { requestIdField } from '../fields/requestId';
import { optionsField, settingFields } from '../fields/settings';
import { shorten } from '../http/exchange';
import type { Item } from '../item';
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

type ShownResource = Omit<Resource, 'models'>;

/** An operation: how the editor names it, what it does, and its parameters. */
export interface Operation {
	head: Pick<INodePropertyOptions, 'name' | 'value' | 'action' | 'description'>;
	routing(others: OtherFamilies): INodePropertyRouting;
	fields: INodeProperties[];
}

/** The other families, as an operation knows them. */
interface OtherFamilies {
	/** Throws InputError for a model of theirs. */
	checkModel(model: string): void;
	/** The resource that an ID seems to be of, when it is another one. */
	resourceOf(requestId: string): string | undefined;
}

/** A parameter, or a notice, which is none. */
type Shown = Field<unknown> | INodeProperties;

const isField = (shown: Shown): shown is Field<unknown> => 'properties' in shown;

const propertiesOf = (shown: readonly Shown[]): INodeProperties[] =>
	shown.flatMap((each) => (isField(each) ? each.properties : [each]));

/** Of the operation that makes a video from a prompt or an image. */
export const createHead = (family: string): Operation['head'] => ({
	name: 'Create',
	value: 'create',
	action: `Create ${family} video`,
	description: 'Generate a video from a prompt, or from a prompt and an image',
});

/** An operation that makes a video, with the parameters of waiting and output that all have. */
export function submitOperation({
	head,
	submitPath,
	videoFields,
	videoOptions,
	maxWaitS,
	...maker
}: {
	head: Operation['head'];
	/** Below the base URL; may be an expression. */
	submitPath: string;
	/** The parameters that make the video: no others tell one video from another. */
	videoFields: Shown[];
	/** The same, under Options. */
	videoOptions: Array<Field<unknown>>;
	/** Seconds, unless the user sets another limit. */
	maxWaitS: number;
} & Pick<VideoMaker, 'api' | 'read'>): Operation {
	const settings = settingFields(true, maxWaitS);
	const fields = propertiesOf(videoFields);
	const options = propertiesOf(videoOptions);
	const parameters = [...videoFields.filter(isField), ...videoOptions].map(
		({ properties: [property], meaning }) => ({ name: property?.name ?? '', meaning }),
	);
	return {
		head,
		routing({ checkModel }) {
			async function read(item: Item) {
				const submission = await maker.read(item);
				checkModel(submission.model);
				return submission;
			}
			return {
				request: { method: 'POST', url: submitPath, headers: maker.api.headers },
				send: { paginate: true },
				operations: {
					pagination: makeVideo({ ...maker, read, settings, operation: submitPath, parameters }),
				},
			};
		},
		fields: [...fields, ...settings.fields, optionsField([...options, ...settings.options])],
	};
}

/** Get Status, with the parameters beside the request ID that say which job. */
export function statusOperation(
	api: VideoApi,
	maxWaitS: number,
	{ action, idLike, jobFields = [] }: { action: string; idLike: string; jobFields?: Shown[] },
): Operation {
	const settings = settingFields(false, maxWaitS);
	const requestId = requestIdField(`e.g. ${idLike}`);
	return {
		head: {
			name: 'Get Status',
			value: 'getStatus',
			action,
			description: 'Check the status of a video, or wait until it is finished',
		},
		routing: ({ resourceOf }) => ({
			request: { method: 'GET', headers: api.headers },
			send: { paginate: true },
			operations: { pagination: getStatus(api, requestId, settings, resourceOf) },
		}),
		fields: [
			...propertiesOf([requestId, ...jobFields]),
			...settings.fields,
			optionsField(settings.options),
		],
	};
}

/** The node's properties: Resource, an Operation for each, and each operation's fields. */
export function toProperties(resources: ShownResource[]): INodeProperties[] {
	return [
		resourceField(resources),
		...resources.flatMap((resource, index) =>
			operationFields(
				resource,
				index === 0 ? [resource.value, undefined] : [resource.value],
				othersOf(resource, resources),
			),
		),
		unknownResource(resources.map(({ value }) => value)),
	];
}

function othersOf(resource: ShownResource, families: ShownResource[]): OtherFamilies {
	const others = families.filter((family) => family !== resource);
	return {
		// A family that gets another one's model may make a video of its own, and charge it.
		checkModel(model) {
			const owner = others.find(({ modelPattern }) => modelPattern.test(model));
			if (!owner) return;
			throw new InputError(
				`'Model' ${shorten(model, 100)} belongs to the resource '${owner.name}'`,
				`Choose '${owner.name}' under 'Resource', or another model.`,
			);
		},
		resourceOf(requestId) {
			if (resource.idPattern.test(requestId)) return undefined;
			return others.find(({ idPattern }) => idPattern.test(requestId))?.name;
		},
	};
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
	};
}

/** Not a routing of Resource itself: an execution of 0.1 that is retried has none, and n8n then ends it. */
function unknownResource(known: string[]): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'hidden',
		default: '',
		displayOptions: { hide: { resource: [...known, undefined] } },
		routing: refusingRouting,
	};
}

type Values = Array<string | undefined>;

/** @param resource values of Resource that mean this one; undefined is an execution of 0.1 that is retried */
function operationFields(
	{ operations }: ShownResource,
	resource: Values,
	others: OtherFamilies,
): INodeProperties[] {
	const first = operations[0]?.head.value;
	return [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			options: operations.map(({ head, routing }) => ({ ...head, routing: routing(others) })),
			default: first,
			displayOptions: { show: { resource } },
			routing: refusingRouting,
		},
		...operations.flatMap(({ head, fields }) =>
			fields.map((field) => shownFor({ resource, operation: [head.value] }, field)),
		),
	];
}

/**
 * n8n reads the conditions in their order and shows a field as soon as one is given by expression, so
 * an operation's own come first: else the same field of every operation would show.
 */
function shownFor(
	owner: { resource: Values; operation: Array<string | number | boolean> },
	{ displayOptions, ...field }: INodeProperties,
): INodeProperties {
	return {
		...field,
		displayOptions: { ...displayOptions, show: { ...owner, ...displayOptions?.show } },
	};
}
