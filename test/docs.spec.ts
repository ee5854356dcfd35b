import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '../src/core/config/settings.js';
import { everyErrorCode } from '../src/core/errors/catalogue.js';
import '../src/silos.js';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

it.each(Object.entries(settings))('the README names the setting %s and its default', (name, { default: standard }) => {
  const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\``));
  expect(row).toBeDefined();
  if (standard) expect(row).toContain(`\`${standard}\``);
});

it('says of every error code what it means and what to do', () => {
  for (const [code, { message, help }] of everyErrorCode()) {
    expect([code, message.length > 10, help.length > 20]).toEqual([code, true, true]);
  }
});
