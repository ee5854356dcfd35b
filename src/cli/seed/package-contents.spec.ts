import { readFileSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { publishedFacts } from '../../registry/publish/manifest.js';
import type { SeedOptions } from './options.js';
import { packageContents, wasmerTomlOf } from './package-contents.js';
import { plannedPackage } from './plan-packages.js';
import { printingModule } from './printing-module.js';

/** Node's own; the types of a browser, which know it, are not loaded. */
declare const WebAssembly: { instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: object }> };

const options: SeedOptions = { seed: 1, users: 5, packages: 100, versions: 5, exact: false, large: 0 };

it('the file of every package keeps the rules, and says the same as the wasmer.toml of its versions', async () => {
  for (let index = 0; index < 100; index++) {
    const planned = plannedPackage(options, index);
    const { file } = await packageContents(planned);
    expect(file.warnings).toEqual([]);
    const facts = publishedFacts({ manifest: wasmerTomlOf(planned, '1.2.3') }, file, 'publish');
    const { owner, name, description, license, homepage, repository, keywords, readme } = planned;
    expect(facts).toMatchObject({
      owner,
      name,
      version: '1.2.3',
      description,
      license,
      homepage,
      repository,
      keywords,
      readme,
    });
    expect(facts.commands.map((command) => command.name)).toEqual(planned.commands);
    const dependencies = facts.dependencies.map((used) => `${used.name}@${used.requirement}`);
    expect(dependencies.sort()).toEqual(planned.dependencies.map((used) => `${used.name}@${used.requirement}`).sort());
    expect(facts.entrypoint).toBe(name);
  }
});

it.each(['short', 'x'.repeat(20_000)])('a program prints its text', async (text) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-seed-'));
  const path = join(folder, 'stdout');
  const stdout = openSync(path, 'w');
  try {
    const wasi = new WASI({ version: 'preview1', stdout });
    const { instance } = await WebAssembly.instantiate(printingModule(text), wasi.getImportObject());
    expect(wasi.start(instance)).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(text);
  } finally {
    closeSync(stdout);
    rmSync(folder, { recursive: true });
  }
});
