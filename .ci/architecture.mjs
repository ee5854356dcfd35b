// What dependency-cruiser cannot see: sizes, README files, who reads the environment, tests that do not run.
// Prints every finding as `file:line: text`; ends with code 1 when one is an error.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const code = ['src', 'projections', 'migrations', 'test', 'bin', '.ci'].flatMap(filesBelow);
const findings = [...sizes(), ...readmes(), ...environmentReaders(), ...testsThatDoNotRun()];

for (const { level, text } of findings) process.stdout.write(`${level}: ${text}\n`);
const errors = findings.filter(({ level }) => level === 'error').length;
process.stdout.write(
  `architecture: ${code.length} files, median ${median()} lines, ${errors} errors, ${findings.length - errors} warnings\n`,
);
process.exitCode = errors > 0 ? 1 : 0;

/** A file that does not fit into a head does too much. */
function* sizes() {
  for (const file of code) {
    const lines = lineCount(file);
    if (lines > 500) yield error(`${file}: ${lines} lines; at most 500, better under 100.`);
    else if (lines > 300) yield warning(`${file}: ${lines} lines; split it before it has 500.`);
  }
}

/** A newcomer opens a folder and finds out what it is for. */
function* readmes() {
  const folders = [...foldersIn('src'), ...foldersIn('src/core'), 'projections', 'migrations', 'test', 'bin'];
  for (const folder of folders) {
    if (existsSync(join(root, folder)) && !existsSync(join(root, folder, 'README.md')))
      yield error(`${folder}: no README.md.`);
  }
}

/** Settings are read in one place, where they are checked, explained and listed. */
function* environmentReaders() {
  const product = code.filter((file) => /^(src|projections|migrations)\//.test(file));
  for (const file of product) {
    if (file.startsWith('src/core/config/') || isSpec(file)) continue;
    const pattern = /\bprocess\s*(\.|\?\.|\[\s*['"])\s*env\b|\benv\b[^;]*from '(node:)?process'/;
    yield* matches(file, pattern, 'reads the environment; settings come from src/core/config.');
  }
}

/** A test may depend on where it runs (`isRoot ? describe : describe.skip`), and then says on what. */
function* testsThatDoNotRun() {
  const pattern =
    /(?<!\? (describe|it|test) : )\b(describe|it|test)(\.\w+)*\.(skip|only|todo|failing)\b|\b(xit|xtest|xdescribe|fit|fdescribe)\s*[.(]/;
  for (const file of code.filter(isSpec)) yield* matches(file, pattern, 'a test is skipped or runs alone.');
}

function* matches(file, pattern, text) {
  for (const [index, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    const isComment = /^\s*(\/\/|\/?\*)/.test(line);
    if (!isComment && pattern.test(line)) yield error(`${file}:${index + 1}: ${text}`);
  }
}

function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .map((path) => `${folder}/${path.split(sep).join('/')}`)
    .filter(
      (path) => /\.(ts|mjs|cjs)$/.test(path) && !/\.generated\.ts$|^test\/bench\/peers\/|\/node_modules\//.test(path),
    );
}

function foldersIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => `${folder}/${entry.name}`);
}

function median() {
  const sorted = code.map(lineCount).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function lineCount(file) {
  return readFileSync(join(root, file), 'utf8').split('\n').length - 1;
}

function isSpec(file) {
  return file.endsWith('.spec.ts');
}

function error(text) {
  return { level: 'error', text };
}

function warning(text) {
  return { level: 'warning', text };
}
