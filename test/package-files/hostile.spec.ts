import { Refusal } from '../../src/core/errors/refusal.js';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { packageRules } from '../../src/registry/package-file/rules.js';
import { hostileTars } from './hostile-tar.js';
import { hostileWebc } from './hostile-webc.js';

const files = [...hostileWebc, ...hostileTars];
/** What needs more than a file; limits.spec.ts and read-package-file.spec.ts have it. */
const elsewhere = ['limit', 'regular-file'];

it.each(files.map(({ rule, what, file }) => [rule, what, file] as const))('%s: %s', async (rule, _, file) => {
  const refusal = await readPackage(file).catch((error: Refusal) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  const { code, message, details } = refusal as Refusal;
  expect({ rule: details.rule, code, message }).toEqual({ rule, code: packageRules[rule][0], message });
  expect(message.startsWith(packageRules[rule][1])).toBe(true);
  expect(details.offset ?? details.path ?? details.section).toBeDefined();
  // For a terminal and a log, whatever the file holds.
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

it('leaves no rule without a file that breaks it', () => {
  const broken = new Set<string>([...files.map(({ rule }) => rule), ...elsewhere]);
  expect(Object.keys(packageRules).filter((rule) => !broken.has(rule))).toEqual([]);
});
