import { readPackage } from '../../registry/package-file/read-package.js';
import type { PackageFile } from '../../registry/package-file/package-file.js';
import { commandOf, webcParts, writeWebc } from '../../registry/package-file/write-webc.js';
import type { PlannedPackage } from './plan-packages.js';
import { printingModule } from './printing-module.js';

/** The package's file: its commands print its name. */
export async function packageContents(planned: PlannedPackage): Promise<{ bytes: Buffer; file: PackageFile }> {
  const { owner, name, license, readme, commands, dependencies } = planned;
  const manifest = {
    entrypoint: name,
    commands: Object.fromEntries(commands.map((command) => [command, commandOf(name)])),
    package: { wapm: { license, readme: { volume: readmeVolume, path: 'README.md' } } },
    use: Object.fromEntries(dependencies.map((used) => [used.name, `${used.name}@${used.requirement}`])),
  };
  const atoms = { [name]: printingModule(`${owner}/${name}\n`) };
  const bytes = writeWebc(webcParts({ atoms, volumes: { [readmeVolume]: { 'README.md': readme } }, manifest }));
  return { bytes, file: await readPackage(bytes) };
}

/** As the builders call it. */
const readmeVolume = 'metadata';

/** The wasmer.toml of a version. JSON's texts and lists are TOML's, too. */
export function wasmerTomlOf(planned: PlannedPackage, version: string): string {
  const { owner, name, description, license, homepage, repository, keywords, commands, dependencies } = planned;
  const about = { name: `${owner}/${name}`, version, description, license, homepage, repository, keywords };
  const lines = [
    '[package]',
    ...fields({ ...about, readme: 'README.md' }),
    '',
    '[dependencies]',
    ...dependencies.map((used) => `${JSON.stringify(used.name)} = ${JSON.stringify(used.requirement)}`),
    '',
    '[[module]]',
    ...fields({ name, source: `${name}.wasm`, abi: 'wasi' }),
    ...commands.flatMap((command) => ['', '[[command]]', ...fields({ name: command, module: name })]),
  ];
  return `${lines.join('\n')}\n`;
}

const fields = (values: Record<string, unknown>): string[] =>
  Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [`${name} = ${JSON.stringify(value)}`]));
