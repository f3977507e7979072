import { planByPrompt, type Simulator, startSimulator } from '../../simulator/simulator.ts';

/** Who makes the videos: the simulator on this machine, or CometAPI itself. */
export interface Service {
	/** Absent: the real one, which costs money. */
	simulator?: Simulator;
	credentialData: { apiKey: string; baseUrl: string };
	close(): Promise<void>;
}

/** A simulator whose every job takes so many seconds, unless words in its prompt change that. */
export async function simulatedService(jobSeconds: number): Promise<Service> {
	const simulator = await startSimulator({
		plan: ({ body }) => planByPrompt(body.prompt, { seconds: jobSeconds, progress: 'linear' }),
	});
	return {
		simulator,
		credentialData: { apiKey: simulator.apiKey, baseUrl: simulator.url },
		close: async () => await simulator.close(),
	};
}

export function realService(apiKey: string): Service {
	return {
		credentialData: { apiKey, baseUrl: 'https://api.cometapi.com' },
		close: async () => {},
	};
}
