import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { openOutput } from './output-file.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'output-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('has its name only when it is kept, and nobody else may read it', async () => {
  const path = join(folder, 'a');
  const output = await openOutput(path);
  output.stream.end('text');
  await finished(output.stream);
  expect(readdirSync(folder)).not.toContain('a');
  await output.keep();
  expect(readdirSync(folder)).toEqual(['a']);
  expect(readFileSync(path, 'utf8')).toBe('text');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('leaves nothing behind when it is discarded, written or not', async () => {
  const output = await openOutput(join(folder, 'a'));
  output.stream.write('half');
  await output.discard();
  await (await openOutput(join(folder, 'b'))).discard();
  expect(readdirSync(folder)).toEqual([]);
});

it('replaces a file only when told to', async () => {
  const first = await openOutput(join(folder, 'a'));
  first.stream.end();
  await finished(first.stream);
  await first.keep();
  await expect(openOutput(join(folder, 'a'))).rejects.toThrow('exists already; --force replaces it.');
  await (await openOutput(join(folder, 'a'), true)).discard();
});
