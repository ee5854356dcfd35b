import process from 'node:process';
import { compareServed, contractSchema, readCommittedMissing, writeMissing } from './contract-files.js';
import { grown } from './missing-list.js';

/** Writes test/contract/missing.txt anew. Refuses when it would grow against the committed one, unless forced. */
export function updateMissing({ force }: { force: boolean }): void {
  const { missing } = compareServed();
  const more = grown(readCommittedMissing(), missing, contractSchema());
  if (more.length > 0 && !force) {
    const shown = [...more.slice(0, 20), ...(more.length > 20 ? [`and ${more.length - 20} more`] : [])];
    process.stderr.write(`These were not missing before:\n${shown.map((line) => `  ${line}\n`).join('')}`);
    process.stderr.write('Nothing was written. If that is meant: npm run contract:update -- --force\n');
    process.exitCode = 1;
    return;
  }
  writeMissing(missing);
  process.stdout.write(`test/contract/missing.txt: ${missing.length} lines\n`);
}
