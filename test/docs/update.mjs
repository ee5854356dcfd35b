// `npm run docs:update`: Node cannot read TypeScript yet, so the catalogues and the writer are bundled into one program first.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { bundle } from '../../bin/bundle.mjs';
import { root } from '../../bin/paths.mjs';

process.chdir(root);
const folder = mkdtempSync(join(tmpdir(), 'waybill-docs-'));
try {
  const catalogues = readdirSync('src', { recursive: true }).filter((path) => path.endsWith('.errors.ts'));
  const imports = catalogues.map((path) => `import ${JSON.stringify(join(root, 'src', path))};\n`);
  const writer = JSON.stringify(join(root, 'test/docs/update.ts'));
  writeFileSync(join(folder, 'entry.ts'), `${imports.join('')}export * from ${writer};\n`);
  await bundle({ update: join(folder, 'entry.ts') }, folder);
  const { updateErrorsPage } = await import(pathToFileURL(join(folder, 'update.mjs')).href);
  updateErrorsPage();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
