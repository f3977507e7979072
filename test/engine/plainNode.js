// Node cannot load n8n-workflow's ES modules, which import each other without file endings. n8n
// itself requires the CommonJS ones.
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const url = pathToFileURL(createRequire(import.meta.url).resolve('n8n-workflow')).href;

registerHooks({
	resolve: (specifier, context, nextResolve) =>
		specifier === 'n8n-workflow'
			? { url, format: 'commonjs', shortCircuit: true }
			: nextResolve(specifier, context),
});
