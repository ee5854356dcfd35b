// `node test/kit/build-program.mjs <name> <entry>`: bundles a program of a test's own beside the product's, where the schema's files are.
import { join } from 'node:path';
import process from 'node:process';
import { bundle } from '../../bin/bundle.mjs';
import { root } from '../../bin/paths.mjs';

const [name, entry] = process.argv.slice(2);
await bundle({ [name]: entry }, join(root, 'dist'));
