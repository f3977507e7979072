import { choiceField, type Choice } from '../../fields/field';
import { jobAt, type VideoApi } from '../../videoApi';

/** Kling knows a job under the path that it was submitted to, and under no other. */
export const PATHS = {
	text: '/kling/v1/videos/text2video',
	image: '/kling/v1/videos/image2video',
	references: '/kling/v1/videos/omni-video',
	extend: '/kling/v1/videos/video-extend',
};

/** Seconds. */
export const MAX_WAIT_S = 1800;

const KINDS = [
	{ name: 'Extended', value: 'extend', description: "'Operation' was Extend" },
	{
		name: 'From an Image',
		value: 'image',
		description: "'Image Source' was URL or Binary Data",
	},
	{
		name: 'From References',
		value: 'references',
		description: "'Operation' was Create From References",
	},
	{ name: 'From Text', value: 'text', description: "'Image Source' was None" },
] as const satisfies ReadonlyArray<Choice<keyof typeof PATHS>>;

/** The path that Get Status asks. */
export const videoKind = choiceField({
	displayName: 'Kind of Video',
	name: 'videoKind',
	options: KINDS,
	default: 'text',
	description: 'Source of the video. Kling looks for a request ID among one kind only.',
});

/** CometAPI's Kling API, by docs/api.md. */
export const klingApi: VideoApi = {
	resource: 'Kling',
	// Never request_id, which stands beside task_id and names the HTTP request.
	idNames: ['id'],
	jobOf: (item, requestId) => jobAt(PATHS[videoKind.read(item)], requestId),
	toFind: ({ statusPath }) => ({
		parameter: 'Kind of Video',
		value: KINDS.find(({ value }) => statusPath.startsWith(`${PATHS[value]}/`))?.name ?? '',
	}),
	adviceFor({ reason }) {
		if (reason !== 'unknownId') return undefined;
		return "Check that 'Resource' and 'Kind of Video' are those of the video, that the ID is complete, and that the credential is of the same account.";
	},
};
