import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPackage } from '../../src/registry/package-file/read-package.js';
import { runProgram, type CommandResult } from '../kit/program.js';
import { tarGz } from '../kit/tar-file.js';
import { webcFile, webcParts } from '../kit/webc-file.js';

const folder = mkdtempSync(join(tmpdir(), 'waybill-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hello = (name: string): string => join(import.meta.dirname, '../package-files', name);
const written = (name: string, content: Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
// No settings at all: the command needs none.
const inspect = (...args: string[]): Promise<CommandResult> => runProgram(['package', 'inspect', ...args], {});

it('prints what is inside as a tree', async () => {
  const path = hello('hello-v3.webc');
  const { code, stdout, stderr } = await inspect(path);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout)
    .toBe(`${path}  webc-v3  4.5 KiB  sha256:21cd98579a8cee3605e09f3ff8813328dc12ef44429bb4df567c0b23f7a8cc0e
├─ package
│  ├─ license       MIT
│  ├─ license file  LICENSE, 30 B
│  ├─ readme        docs/README.md, 22 B
│  ├─ repository    https://example.org/hello.git
│  ├─ homepage      https://example.org/
│  └─ entrypoint    hello
├─ dependencies
│  └─ ada/world  ada/world@^2.0
├─ commands
│  ├─ hello  https://webc.org/runner/wasi  atom hello               (entrypoint)
│  ├─ serve  https://webc.org/runner/wcgi  atom other
│  └─ world  https://webc.org/runner/wasi  atom world of ada/world
├─ atoms
│  ├─ hello  https://webc.org/kind/wasm  99 B  sha256:52e579eb35f42e9ff580924d4a1f226267b6556507848a994fdece9ac669d863
│  └─ other  https://webc.org/kind/wasm  50 B  sha256:d1d061494d14081d9350fae7b3c2acbf46a47944e25c832824679ec61ce76ff2
└─ volumes
   ├─ /config/etc  1 file, 15 B, mounted at /etc/hello
   │  └─ hello.conf  15 B
   ├─ /public  5 files, 300 B, mounted at /public
   │  ├─ deep/
   │  │  └─ er/
   │  │     └─ data.bin  256 B
   │  ├─ empty.txt  0 B
   │  ├─ index.html  36 B
   │  ├─ ${'long-'.repeat(30)}name.txt  5 B
   │  └─ ünïcode.txt  3 B
   └─ metadata  2 files, 52 B
      ├─ LICENSE  30 B
      └─ docs/
         └─ README.md  22 B
`);
});

it('--json prints everything, as data', async () => {
  const path = hello('hello-gnu.tar.gz');
  const { code, stdout } = await inspect(path, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(await readPackage(readFileSync(path)));
});

it('warns of paths that differ only in letter case, and shows folders that have no entry of their own', async () => {
  const entries = ['wasmer.toml', 'share/L/x', 'share/l/x'].map((name) => ({ name }));
  const { code, stdout } = await inspect(written('case.tar.gz', tarGz(entries)));
  expect(code).toBe(0);
  expect(stdout).toContain('share/\n');
  expect(stdout).toContain('└─ warnings\n   ├─ "share/l" differs from another path only in letter case.');
});

it('a refused file: the rule, where, and exit code 4', async () => {
  const path = written('bad.tar.gz', tarGz([{ name: 'a/../../etc/passwd' }]));
  expect(await inspect(path)).toEqual({
    code: 4,
    stdout: '',
    stderr:
      `${path} is refused: A path has an empty part, or one that is "." or ".." ` +
      '(tar, "a/../../etc/passwd", offset 0). (PACKAGE_PATH_INVALID, rule path-part)\n',
  });
  const { code, stdout, stderr } = await inspect(path, '--json');
  expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    refused: {
      code: 'PACKAGE_PATH_INVALID',
      message: 'A path has an empty part, or one that is "." or ".." (tar, "a/../../etc/passwd", offset 0).',
      rule: 'path-part',
      section: 'tar',
      offset: 0,
      path: 'a/../../etc/passwd',
    },
  });
});

it('shows no control sequence of a package to the terminal', async () => {
  const manifest = { package: { wapm: { description: 'fine\u001b[2Jgone\u202E' } } };
  const { code, stdout } = await inspect(written('escape.webc', webcFile(webcParts({ manifest }))));
  expect(code).toBe(0);
  expect(stdout).toContain('description  fine\\u{1b}[2Jgone\\u{202e}\n');
});

it('a file that is not there: exit code 3', async () => {
  const path = join(folder, 'none.webc');
  expect(await inspect(path)).toEqual({ code: 3, stdout: '', stderr: `There is no file ${path}.\n` });
});
