import {
	startSimulator,
	type JobPlan,
	type Simulator,
	type Submission,
} from '../../simulator/simulator.ts';
import type { CleanUp } from '../cleanUp.ts';
import type { Credential } from './restClient.ts';
import { CREDENTIAL_NAME, CREDENTIAL_TYPE, setStage, type Stage } from './stage.ts';

/** A real n8n with the packed node installed, and a simulator that its credential points to. */
export interface SimulatedStage extends Stage {
	simulator: Simulator;
	credential: Credential;
}

interface SimulatedStageOptions {
	/** How the jobs go; read anew for each. */
	plan: (submission: Submission) => JobPlan;
	/** Of n8n; without it the current one. */
	version?: string;
	/** Further environment of n8n. */
	env?: Record<string, string>;
}

/** Whatever it starts is in `cleanUp` at once, also when a later part fails. */
export async function setSimulatedStage(
	cleanUp: CleanUp,
	{ plan, version, env }: SimulatedStageOptions,
): Promise<SimulatedStage> {
	const simulator = await startSimulator({ plan });
	const close = async () => await simulator.close();
	cleanUp.push(close);
	const credentialData = { apiKey: simulator.apiKey, baseUrl: simulator.url };
	const stage = await setStage({ simulator, credentialData, close }, cleanUp, {
		version,
		env,
		signal: new AbortController().signal,
		step: async (_title, work) => await work(() => {}),
	});
	const credential = await stage.client.saveCredential(
		CREDENTIAL_NAME,
		CREDENTIAL_TYPE,
		credentialData,
	);
	return { ...stage, simulator, credential };
}
