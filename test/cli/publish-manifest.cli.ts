import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { publishedFacts, type PublishedFacts } from '../../src/registry/publish/manifest.js';
import { helloPackage } from '../package-files/hello-package.mjs';
import { wasmerCli } from './wasmer.js';

// It builds without a registry.
const wasmer = wasmerCli('http://127.0.0.1:9/graphql');
const folder = mkdtempSync(join(tmpdir(), 'waybill-manifest-'));

afterAll(() => {
  wasmer.remove();
  rmSync(folder, { recursive: true });
});

const module = '[[module]]\nname = "m"\nsource = "m.wasm"\nabi = "wasi"\n';

/** Packages as people write them: their files, `wasmer.toml` in `package/`, and what is known of them when they are published. */
const packages: [what: string, toml: string, files: Record<string, string>, facts: Partial<PublishedFacts>][] = [
  [
    'commands without a runner, a version with build metadata',
    `[package]\nname = "ada/a"\nversion = "0.1.0+wasix.2"\ndescription = ""\n${module}
     [[command]]\nname = "run"\nmodule = "m"\nmain_args = "a b"\n[[command]]\nname = "two"\nmodule = "m"`,
    {},
    { version: '0.1.0+wasix.2', description: null, entrypoint: null },
  ],
  [
    'files from outside of the folder',
    `[package]\nname = "ada/b"\nversion = "1.0.0"\nreadme = "../README.md"\nlicense-file = "../LICENSE"
     ${module.replace('m.wasm', '../other.wasm')}[fs]\n"assets" = "../assets"`,
    { 'README.md': '# Outside\n', LICENSE: 'Outside\n', 'assets/a.txt': 'a' },
    { readme: '# Outside\n', licenseFile: 'Outside\n', mounts: [{ path: '/assets', host: 'assets' }] },
  ],
  [
    'commands of dependencies, and nothing of its own',
    `[package]\nname = "ada/c"\nversion = "1.0.0"\nentrypoint = "py"
     [dependencies]\n"ada/python" = "1.0"\n"ada/some" = ">=1,<2"\n"ada/any" = "*"\n"ada/one" = "=1.2.3"
     [[command]]\nname = "py"\nmodule = "ada/python:python"\nrunner = "wasi"\n[command.annotations.wasi]\nenv = ["A=b"]`,
    {},
    {
      entrypoint: 'py',
      dependencies: [
        { name: 'ada/python', requirement: '^1.0', source: null },
        { name: 'ada/some', requirement: '>=1, <2', source: null },
        { name: 'ada/any', requirement: '*', source: null },
        { name: 'ada/one', requirement: '=1.2.3', source: null },
      ],
    },
  ],
  ['no [package]', `${module}[[command]]\nname = "m"\nmodule = "m"\nrunner = "wasi"`, {}, { name: null }],
  [
    'private, files only',
    '[package]\nname = "ada/d"\nversion = "1.0.0"\nprivate = true\nlicense-file = "./LICENSE.txt"\n[fs]\n"/d" = "./d"',
    { 'package/d/f': 'f', 'package/LICENSE.txt': 'Mine\n' },
    { private: true, licenseFile: 'Mine\n', mounts: [{ path: '/d', host: 'd' }] },
  ],
];

it.each(packages)('what `wasmer package build` makes agrees with its manifest: %s', async (_, toml, files, facts) => {
  const root = mkdtempSync(join(folder, 'sources-'));
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  write('package/wasmer.toml', toml);
  write('package/m.wasm', helloPackage['hello.wasm']!);
  write('other.wasm', helloPackage['hello.wasm']!);
  for (const [path, content] of Object.entries(files)) write(path, content);
  const built = join(root, 'built.webc');
  expect(await wasmer.run('package', 'build', join(root, 'package'), '--out', built)).toMatchObject({ code: 0 });
  const file = await readPackage(readFileSync(built));
  for (const mutation of ['tag', 'publish'] as const) {
    expect(publishedFacts({ manifest: toml }, file, mutation)).toMatchObject(facts);
  }
});
