// `npm run contract:update [-- --force]`: Node cannot read TypeScript yet, so the program is bundled first.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { bundle } from '../../bin/bundle.mjs';
import { root } from '../../bin/paths.mjs';

process.chdir(root);
const folder = mkdtempSync(join(tmpdir(), 'waybill-contract-'));
try {
  await bundle({ update: 'test/contract/update.ts' }, folder);
  const { updateMissing } = await import(pathToFileURL(join(folder, 'update.mjs')).href);
  updateMissing({ force: process.argv.includes('--force') });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
