const base = require('../../jest.config.js');

/** Suites with a real n8n each: two at a time leave a small machine enough for what they wait for. */
module.exports = {
	...base,
	rootDir: '../..',
	testMatch: ['<rootDir>/test/e2e/*.test.ts'],
	testTimeout: 120_000,
	maxWorkers: 2,
	globalSetup: '<rootDir>/test/e2e/globalSetup.ts',
	reporters: ['default', '<rootDir>/test/e2e/testedReporter.ts'],
};
