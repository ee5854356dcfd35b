import type { StoredFile } from '../package/package.events.js';
import { refuse } from '../registry.errors.js';
import type { PublishPackageInput } from './publish.inputs.js';

type Format = StoredFile['format'];

/** What the file must be; `targz` is also what the schema says for a client that says nothing, so it asks for nothing. */
const expectedFormats = { targz: null, webcv2: 'webc-v2', webcv3: 'webc-v3' } as const satisfies Record<
  string,
  Format | null
>;

const words: Record<Format, string> = { 'webc-v2': 'webc v2', 'webc-v3': 'webc v3', 'tar.gz': 'tar.gz' };

/**
 * A script that seeds instances looks for "Expected a webc v3" in the text, and then builds the package anew.
 * @throws Refusal PACKAGE_FORMAT_MISMATCH
 */
export function assertFormat(wanted: PublishPackageInput['uploadFormat'], found: Format): void {
  const expected = expectedFormats[wanted ?? 'targz'];
  if (expected === null || expected === found) return;
  const message = `Expected a ${words[expected]}, and the file is a ${words[found]}.`;
  throw refuse(
    'PACKAGE_FORMAT_MISMATCH',
    { field: 'uploadFormat', rule: 'what the file is', expected, found },
    message,
  );
}
