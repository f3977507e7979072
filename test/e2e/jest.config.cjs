const base = require('../../jest.config.js');

/** Suites with a real n8n each, which wait more than they compute. */
module.exports = {
	...base,
	rootDir: '../..',
	testMatch: ['<rootDir>/test/e2e/*.test.ts'],
	testTimeout: 120_000,
	maxWorkers: 3,
	globalSetup: '<rootDir>/test/e2e/globalSetup.ts',
};
