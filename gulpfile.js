const { rm } = require('node:fs/promises');
const { dest, parallel, src } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });

// encoding false: SVGs go through as the bytes they are.
const icons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));
// n8n shows them as the fields of the output before the node has run.
const schemas = () => src('nodes/**/__schema__/**/*.json').pipe(dest('dist/nodes'));

exports.clean = clean;
exports.assets = parallel(icons, codex, schemas);
