import { join } from 'node:path';
import process from 'node:process';
import { beyondContract } from './beyond.js';
import { compareServed, readMissing } from './contract-files.js';
import { difference } from './missing-list.js';
import { readSdlFiles, sdlProblems } from './sdl-files.js';

describe('the served schema', () => {
  const { differences, beyond, missing } = compareServed();

  it('is declared once, each part by one file', () => {
    expect(sdlProblems(readSdlFiles(join(process.cwd(), 'src')))).toEqual([]);
  });

  it('is as the contract says in all that it serves', () => {
    expect(differences).toEqual([]);
  });

  it('goes beyond the contract only where beyond.ts gives a reason, and every reason is needed', () => {
    expect(beyond).toEqual(Object.keys(beyondContract).sort());
    expect(Object.entries(beyondContract).filter(([, reason]) => reason.trim() === '')).toEqual([]);
  });

  it('lacks exactly what missing.txt lists', () => {
    const wrong = difference(readMissing(), missing);
    if (wrong.length > 0) {
      throw new Error(`test/contract/missing.txt is not right; run "npm run contract:update":\n${wrong.join('\n')}`);
    }
  });
});
