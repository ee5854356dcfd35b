import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { publishedFacts } from '../../src/registry/publish/manifest.js';
import { helloPackage } from './hello-package.mjs';

/** As `wasmer publish` sends it. */
const input = {
  name: 'ada/hello',
  namespace: null,
  version: '1.2.3',
  manifest: String(helloPackage['wasmer.toml']),
  licenseFile: 'LICENSE',
  readme: String(helloPackage['docs/README.md']),
};

it.each(['hello-v3.webc', 'hello-v2.webc', 'hello-gnu.tar.gz'])('%s: manifest and file agree', async (name) => {
  const file = await readPackage(readFileSync(join(import.meta.dirname, name)));
  for (const mutation of ['tag', 'publish'] as const) {
    expect(publishedFacts(input, file, mutation)).toMatchObject({
      owner: 'ada',
      name: 'hello',
      version: '1.2.3',
      description: 'Says hello',
      license: 'MIT',
      licenseFile: helloPackage.LICENSE,
      entrypoint: 'hello',
      commands: [{ name: 'hello' }, { name: 'serve' }, { name: 'world', dependency: 'ada/world' }],
      modules: [
        { name: 'hello', sizeBytes: 99 },
        { name: 'other', sizeBytes: 50 },
      ],
      dependencies: [{ name: 'ada/world', requirement: '^2.0', source: null }],
      mounts: [
        { path: '/public', host: 'public' },
        { path: '/etc/hello', host: 'config/etc' },
      ],
    });
  }
  expect(() => publishedFacts({ ...input, version: '1.2.4' }, file, 'publish')).toThrow('not the same');
});
