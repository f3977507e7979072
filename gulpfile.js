const { rm } = require('node:fs/promises');
const { Transform } = require('node:stream');
const { transformSync } = require('@swc/core');
const { dest, parallel, src } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });

// encoding false: SVGs go through as the bytes they are.
const icons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));
// n8n shows them as the fields of the output before the node has run.
const schemas = () => src('nodes/**/__schema__/**/*.json').pipe(dest('dist/nodes'));

// Blanks alone go: names, and the lines of a stack trace by column, stay those of the compiler.
const withoutBlanks = () =>
	new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			const minify = { compress: false, mangle: false };
			const jsc = { target: 'es2022', minify };
			const { code } = transformSync(String(file.contents), { minify: true, isModule: false, jsc });
			file.contents = Buffer.from(code);
			done(null, file);
		},
	});
const code = () => src('dist/**/*.js').pipe(withoutBlanks()).pipe(dest('dist'));

exports.clean = clean;
exports.assets = parallel(icons, codex, schemas, code);
