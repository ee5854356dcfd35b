import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';

/**
 * Brings a clone into the state in which the program can run: packages installed, bundle built.
 * A tree without sources is a release: it is taken as it is.
 * @returns the URL of the program's bundle, or null after a failure, whose reason is then already on stderr.
 */
export async function prepare() {
  const bundle = join(root, 'dist/waybill.mjs');
  if (existsSync(join(root, 'src'))) {
    try {
      const { ensureInstalled } = await import('./install.mjs');
      await ensureInstalled();
      const { build } = await import('./build.mjs');
      await build();
    } catch (error) {
      process.stderr.write(`${error.message}\n`);
      return null;
    }
  }
  return pathToFileURL(bundle).href;
}
