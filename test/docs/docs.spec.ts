import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '../../src/core/config/settings.js';
import { everyErrorCode } from '../../src/core/errors/catalogue.js';
import { catalogueFiles, errorsPage } from './errors-page.js';

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

beforeAll(async () => {
  for (const path of catalogueFiles(root)) await import(join(root, path));
});

it.each(Object.entries(settings))('the README names the setting %s and its default', (name, { default: standard }) => {
  const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\``));
  expect(row).toBeDefined();
  if (standard) expect(row).toContain(`\`${standard}\``);
});

it('says of every error code what it means and what to do', () => {
  expect([...everyErrorCode().keys()]).toEqual(expect.arrayContaining(['BAD_USER_INPUT', 'INVALID_ID', 'NAME_TAKEN']));
  for (const [code, { message, help }] of everyErrorCode()) {
    expect([code, message.length > 10, help.length > 20]).toEqual([code, true, true]);
  }
});

it('docs/ERRORS.md has every code; if not, run "npm run docs:update"', () => {
  expect(readFileSync(join(root, 'docs/ERRORS.md'), 'utf8')).toBe(errorsPage(everyErrorCode()));
});
