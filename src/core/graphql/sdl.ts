import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads a schema file that stands beside the module that asks. The build keeps it so: `nest build` copies it into the same folder, and
 * for the one-file bundle `bin/assets.mjs` puts all schema files flat beside it, which their unique names allow.
 * @param folder the caller's `import.meta.dirname`.
 * @param name `<silo>.graphql`.
 * @throws Error when the file is not there.
 */
export function readSdl(folder: string, name: `${string}.graphql`): string {
  return readFileSync(join(folder, name), 'utf8');
}
