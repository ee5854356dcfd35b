import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { GraphQLSchema } from 'graphql';
import { compareSchemas, type Comparison } from './compare.js';
import { mergeSdl, readSdlFiles, schemaOf } from './sdl-files.js';

// Both jest and `npm run contract:update` run in the root folder.
const root = process.cwd();
const missingPath = 'test/contract/missing.txt';

/** The SDL that the server serves: all silos' files, merged as Nest merges them. */
export function servedSdl(): string {
  return mergeSdl(readSdlFiles(join(root, 'src')));
}

/** The interface that clients are written against. */
export function contractSchema(): GraphQLSchema {
  return schemaOf(readFileSync(join(root, 'test/contract/api.graphql'), 'utf8'));
}

/** What is served now, against the contract. */
export function compareServed(): Comparison {
  return compareSchemas(schemaOf(servedSdl()), contractSchema());
}

/** The list of what is known to be missing, as it stands in the working copy; empty without the file. */
export function readMissing(): string[] {
  if (!existsSync(join(root, missingPath))) return [];
  return lines(readFileSync(join(root, missingPath), 'utf8'));
}

/** The same as committed; as in the working copy where there is no git. */
export function readCommittedMissing(): string[] {
  try {
    return lines(
      execFileSync('git', ['show', `HEAD:./${missingPath}`], { cwd: root, encoding: 'utf8', stdio: 'pipe' }),
    );
  } catch {
    return readMissing();
  }
}

export function writeMissing(missing: string[]): void {
  writeFileSync(join(root, missingPath), missing.map((line) => `${line}\n`).join(''));
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
