/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	transform: {
		'\\.ts$|/test/.*\\.js$': [
			'@swc/jest',
			{
				jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
				module: { type: 'commonjs' },
			},
		],
	},
	testMatch: ['<rootDir>/test/{unit,engine,simulator,harness}/**/*.test.ts'],
	testTimeout: 30_000,
	maxConcurrency: 40,
	// Tests wait more than they compute.
	maxWorkers: 8,
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
