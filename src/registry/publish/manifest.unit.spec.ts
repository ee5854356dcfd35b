import { Refusal } from '../../core/errors/refusal.js';
import type { PackageFile } from '../package-file/package-file.js';
import { publishedFacts, type PublisherInput } from './manifest.js';
import { publishLimits } from './publish.limits.js';

/** A webc as builders make it: it does not say its name. */
const webc: PackageFile = {
  format: 'webc-v3',
  sizeBytes: 1_000,
  sha256: 'a'.repeat(64),
  name: null,
  version: null,
  description: null,
  homepage: 'https://file.example/',
  repository: null,
  license: 'MIT',
  private: false,
  manifest: { entrypoint: 'run' },
  entrypoint: 'run',
  commands: [
    { name: 'run', runner: 'https://webc.org/runner/wasi', atom: 'app', dependency: null },
    { name: 'py', runner: 'https://webc.org/runner/wasi', atom: 'python', dependency: 'ada/python' },
  ],
  atoms: [{ name: 'app', kind: 'https://webc.org/kind/wasm', sizeBytes: 99, sha256: 'b'.repeat(64) }],
  volumes: [],
  mounts: [
    { path: '/public', volume: '/public', folder: null, dependency: null },
    { path: '/etc', volume: 'atom', folder: '/config/etc', dependency: null },
    { path: '/', volume: '/', folder: null, dependency: null },
  ],
  dependencies: [{ name: 'ada/python', source: 'ada/python@^3.1' }],
  wasmerToml: null,
  readme: { path: 'docs/README.md', text: '# File\n' },
  licenseFile: { path: 'LICENSE', text: 'Permission\n' },
  warnings: [],
};

const content = `
[dependencies]
"ada/python" = "3.1"
[[module]]
name = "app"
source = "../target/app.wasm"
[[command]]
name = "run"
module = "app"
[[command]]
name = "py"
module = "ada/python:python"
[fs]
"/public" = "/build/public"
`;
const about = (fields: string) => `[package]\n${fields}\n${content}`;
const named = { name: 'ada/hello', version: '1.2.3' };

const facts = (input: PublisherInput, file: Partial<PackageFile> = {}, mutation: 'tag' | 'publish' = 'publish') =>
  publishedFacts(input, { ...webc, ...file }, mutation);

function refused(...args: Parameters<typeof facts>): { code: string; details: Record<string, unknown> } {
  try {
    facts(...args);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

it('puts everything together, as plain data', () => {
  const manifest = about('name = "ada/hello"\nversion = "1.2.3"\nlicense = "Apache-2.0"\nkeywords = ["web"]');
  const input = { ...named, manifest, description: ' Says hello ', readme: '# Input\n', licenseFile: 'LICENSE' };
  const all = facts(input);
  expect(all).toEqual({
    owner: 'ada',
    name: 'hello',
    version: '1.2.3',
    description: 'Says hello',
    license: 'Apache-2.0',
    homepage: 'https://file.example/',
    repository: null,
    private: false,
    keywords: ['web'],
    manifest,
    readme: '# Input\n',
    licenseFile: 'Permission\n',
    entrypoint: 'run',
    commands: webc.commands,
    modules: webc.atoms,
    dependencies: [{ name: 'ada/python', requirement: '^3.1', source: null }],
    mounts: [
      { path: '/public', host: 'public' },
      { path: '/etc', host: 'config/etc' },
      { path: '/', host: '.' },
    ],
    webcManifest: '{"entrypoint":"run"}',
  });
  expect(JSON.parse(JSON.stringify(all))).toEqual(all);
});

describe('who is heard', () => {
  const manifest = about('description = "manifest"\nlicense = "manifest"\nhomepage = "https://manifest.example/"');

  it('the input, then the manifest, then the file', () => {
    expect(facts({ manifest, description: 'input', license: 'input' })).toMatchObject({
      description: 'input',
      license: 'input',
      homepage: 'https://manifest.example/',
    });
    expect(facts({ manifest })).toMatchObject({ description: 'manifest', license: 'manifest' });
    expect(facts({})).toMatchObject({ description: null, license: 'MIT', homepage: 'https://file.example/' });
  });

  it('not who says nothing: null, an empty text, blanks', () => {
    for (const nothing of [null, undefined, '', ' \n']) {
      const input = { manifest, description: nothing, readme: nothing, licenseFile: nothing };
      expect(facts(input)).toMatchObject({
        description: 'manifest',
        readme: '# File\n',
        licenseFile: 'Permission\n',
      });
      expect(facts({ manifest: nothing, name: nothing, namespace: nothing, version: nothing })).toMatchObject({
        owner: null,
        name: null,
        version: null,
        manifest: null,
      });
    }
  });

  it('everybody who says private', () => {
    expect(facts({}).private).toBe(false);
    expect(facts({ private: true }).private).toBe(true);
    expect(facts({ private: false, manifest: about('private = true') }).private).toBe(true);
    expect(facts({ private: false }, { private: true }).private).toBe(true);
  });

  it('for a path of README or licence, the file', () => {
    const manifest = about('readme = "./docs/README.md"\nlicense-file = "../LICENSE"');
    const asWasmer = facts({ manifest, readme: '# Input\n', licenseFile: '../LICENSE' });
    expect(asWasmer).toMatchObject({ readme: '# Input\n', licenseFile: 'Permission\n' });
    const asSdk = facts({ manifest: about('license = "/License"'), readme: '/docs/README.md', license: '/License' });
    expect(asSdk).toMatchObject({ readme: '# File\n', license: 'MIT' });
    expect(facts({ licenseFile: './LICENSE' }, { licenseFile: null }).licenseFile).toBe('./LICENSE');
  });

  it.each([
    [{ name: 'ada/hello' }, ['ada', 'hello']],
    [{ name: 'hello', namespace: 'ada' }, ['ada', 'hello']],
    [{ name: 'ada/hello', namespace: 'ADA' }, ['ada', 'hello']],
    [{ name: 'hello', manifest: '[package]\nname = "ada/hello"' }, ['ada', 'hello']],
    [{ namespace: 'ada', manifest: '[package]\nname = "hello"' }, ['ada', 'hello']],
    [{ name: 'hello' }, [null, 'hello']],
    [{ name: 'ada/a/b' }, ['ada', 'a/b']],
  ])('%j is %j', (input, [owner, name]) => expect(facts(input)).toMatchObject({ owner, name }));

  it('a manifest or a file that alone gives the name', () => {
    const named = '[package]\nname = "ada/hello"\nversion = "1.2.3+wasix.2"';
    const expected = { owner: 'ada', name: 'hello', version: '1.2.3+wasix.2' };
    expect(facts({ manifest: named })).toMatchObject(expected);
    expect(facts({}, { name: 'ada/hello', version: '1.2.3+wasix.2' })).toMatchObject(expected);
  });
});

describe('a tar.gz', () => {
  const text = about('name = "ada/hello"\nversion = "1.2.3"\nkeywords = ["web"]');
  const tarball: Partial<PackageFile> = {
    format: 'tar.gz',
    manifest: null,
    name: 'ada/hello',
    version: '1.2.3',
    wasmerToml: { path: 'wasmer.toml', text, parsed: {} },
  };

  it('brings its manifest', () => {
    expect(facts({}, tarball)).toMatchObject({
      ...named,
      name: 'hello',
      manifest: text,
      keywords: ['web'],
      webcManifest: null,
    });
    const sent = '[package]\nname = "ada/hello"';
    expect(facts({ manifest: sent }, tarball)).toMatchObject({ manifest: sent, keywords: [] });
  });

  it('is not published under another name or version, whatever the mutation', () => {
    for (const mutation of ['tag', 'publish'] as const) {
      expect(refused({ ...named, manifest: '[package]', version: '2.0.0' }, tarball, mutation)).toMatchObject({
        code: 'MANIFEST_MISMATCH',
        details: { field: 'version', inFile: '1.2.3', inInput: '2.0.0' },
      });
      expect(refused({ name: 'bob/hello', manifest: '[package]' }, tarball, mutation)).toMatchObject({
        code: 'MANIFEST_MISMATCH',
        details: { field: 'name', inFile: 'ada/hello', inInput: 'bob/hello' },
      });
    }
  });
});

describe('dependencies', () => {
  const of = (source: string | null, name = 'ada/x') => facts({}, { dependencies: [{ name, source }] }).dependencies;

  it.each([
    ['ada/x@^1', { name: 'ada/x', requirement: '^1', source: null }],
    ['ada/x', { name: 'ada/x', requirement: '*', source: null }],
    ['ada/x@>=1, <2', { name: 'ada/x', requirement: '>=1, <2', source: null }],
    ['https://example.org/x.webc', { name: 'ada/x', requirement: null, source: 'https://example.org/x.webc' }],
    ['ada/x@stable', { name: 'ada/x', requirement: null, source: 'ada/x@stable' }],
    [null, { name: 'ada/x', requirement: null, source: null }],
  ])('%s', (source, expected) => expect(of(source)).toEqual([expected]));

  it('have the name of the package, not the one that the manifest gives them', () => {
    expect(of('ada/python@^3', 'py')).toEqual([{ name: 'ada/python', requirement: '^3', source: null }]);
  });
});

describe('the manifest against the input', () => {
  it.each(['name = "ADA/Hello"', 'name = "hello"', 'version = "1.2.3"', ''])('publish takes %j', (fields) => {
    expect(facts({ ...named, manifest: about(fields) })).toMatchObject({
      owner: 'ada',
      name: 'hello',
      version: '1.2.3',
    });
  });

  it.each([
    ['name', 'name = "ada/other"', 'ada/other', 'ada/hello'],
    ['name', 'name = "bob/hello"', 'bob/hello', 'ada/hello'],
    ['version', 'version = "1.2.4"', '1.2.4', '1.2.3'],
    ['version', 'version = "1.2.3+wasix.1"', '1.2.3+wasix.1', '1.2.3'],
  ])('publish refuses another %s: %s', (field, fields, inManifest, inInput) => {
    const manifest = about(fields);
    expect(refused({ ...named, manifest })).toMatchObject({
      code: 'MANIFEST_MISMATCH',
      details: { field, rule: 'the same as the published one, or none', inManifest, inInput },
    });
    // `wasmer publish --bump` and `--name` send the wasmer.toml as it was.
    expect(facts({ ...named, manifest }, {}, 'tag')).toMatchObject({ owner: 'ada', name: 'hello', version: '1.2.3' });
  });

  it('refuses a name and a namespace that contradict each other', () => {
    expect(refused({ name: 'ada/hello', namespace: 'bob' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field: 'namespace' },
    });
  });
});

describe('the manifest against the file', () => {
  it('takes one without content, as `wasmer publish x.webc` sends it', () => {
    expect(facts({ manifest: '[package]\nentrypoint = "run"' }).commands).toHaveLength(2);
  });

  it.each([
    ['a command less', content.replace('"py"', '"run2"').replace('"run"', '"py"'), ['run2'], ['run']],
    ['no commands', content.replace(/\[\[command\]\][^[]*/g, ''), [], ['run', 'py']],
  ])('refuses %s', (_, manifest, inManifest, inFile) => {
    for (const mutation of ['tag', 'publish'] as const) {
      expect(refused({ manifest }, {}, mutation)).toMatchObject({
        code: 'MANIFEST_MISMATCH',
        details: { field: 'commands', inManifest, inFile },
      });
    }
  });

  it.each([
    ['another requirement', content.replace('3.1', '3.2'), ['ada/python@3.2']],
    ['another package', content.replace('"ada/python" =', '"bob/python" ='), ['bob/python@3.1']],
    ['none', content.replace(/\[dependencies\]\n.*/, ''), []],
  ])('refuses other dependencies: %s', (_, manifest, inManifest) => {
    expect(refused({ manifest })).toMatchObject({
      code: 'MANIFEST_MISMATCH',
      details: { field: 'dependencies', inManifest, inFile: ['ada/python@^3.1'] },
    });
  });

  it('tells of a few only', () => {
    const commands = Array.from({ length: 100 }, (_, index) => `[[command]]\nname = "c${index}"\nmodule = "app"\n`);
    const { inManifest } = refused({ manifest: commands.join('') }).details;
    expect(inManifest).toHaveLength(publishLimits.namesTold);
  });
});

describe('a manifest that cannot be used', () => {
  it.each([
    ['[package\n', { rule: 'toml', line: 1 }],
    ['[package]\nname = 1', { rule: 'manifest-type', path: 'package.name' }],
    ['[package]\nversion = "1"', { rule: 'manifest-version', path: 'package.version' }],
    ['[[command]]\nname = "a"', { rule: 'manifest-type', path: 'command.0.module' }],
    [`x = ${'['.repeat(100)}${']'.repeat(100)}`, { rule: 'limit', limit: 'nesting' }],
    ['[package]\nkeywords = "web"', { rule: 'a list of texts', path: 'package.keywords' }],
    ['[package]\nkeywords = [1]', { rule: 'each a text of 1 to 50 characters' }],
    ['[package]\nkeywords = [" "]', { rule: 'each a text of 1 to 50 characters' }],
  ])('%s', (manifest, details) => {
    const refusal = refused({ manifest });
    expect(refusal).toMatchObject({ code: 'MANIFEST_INVALID', details: { field: 'manifest', ...details } });
    expect(refusal.details).not.toHaveProperty('section');
  });
});

describe('limits', () => {
  it('of the manifest', () => {
    const { manifestBytes } = publishLimits;
    const most = `#${'ä'.repeat(manifestBytes / 2 - 1)}x`;
    expect(facts({ manifest: most }).manifest).toBe(most);
    const details = { rule: `wasmer.toml of at most ${manifestBytes} bytes` };
    expect(refused({ manifest: `${most}x` })).toMatchObject({
      code: 'MANIFEST_INVALID',
      details: { field: 'manifest', ...details },
    });
    const wasmerToml = { path: 'wasmer.toml', text: `${most}x`, parsed: {} };
    expect(refused({}, { wasmerToml })).toMatchObject({
      code: 'MANIFEST_INVALID',
      details: { field: 'file', ...details },
    });
  });

  it('of the manifest in the file, as JSON', () => {
    const { webcManifestBytes } = publishLimits;
    const most = { x: 'x'.repeat(webcManifestBytes - '{"x":""}'.length) };
    expect(facts({}, { manifest: most }).webcManifest).toHaveLength(webcManifestBytes);
    expect(refused({}, { manifest: { x: `${most.x}x` } })).toMatchObject({
      code: 'MANIFEST_INVALID',
      details: { field: 'file', rule: `as JSON at most ${webcManifestBytes} bytes` },
    });
  });

  it.each([
    ['description', 'a'.repeat(publishLimits.descriptionChars), 'a'],
    ['license', 'a'.repeat(publishLimits.licenseChars), 'a'],
    ['homepage', `https://a.example/${'a'.repeat(publishLimits.urlChars - 18)}`, 'a'],
    ['repository', `https://a.example/${'a'.repeat(publishLimits.urlChars - 18)}`, 'a'],
    ['readme', 'ä'.repeat(publishLimits.readmeBytes / 2), 'a'],
    ['licenseFile', 'ä'.repeat(publishLimits.licenseFileBytes / 2), 'a'],
  ] as const)('of %s', (field, most, more) => {
    expect(facts({ [field]: most })[field]).toBe(most);
    expect(refused({ [field]: most + more })).toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field, rule: expect.stringContaining('at most') },
    });
  });

  it('of keywords: many, long, and each once', () => {
    const { keywords, keywordChars } = publishLimits;
    const list = (count: number) => Array.from({ length: count }, (_, index) => `"k${index}"`);
    const said = (words: string[]) => facts({ manifest: `[package]\nkeywords = [${words.join()}]` }).keywords;
    expect(said([...list(keywords), '"k0"'])).toHaveLength(keywords);
    expect(() => said(list(keywords + 1))).toThrow();
    expect(said([`"${'k'.repeat(keywordChars)}"`])).toHaveLength(1);
    expect(() => said([`"${'k'.repeat(keywordChars + 1)}"`])).toThrow();
    expect(said(['" Web "', '"WEB"', '"cli"'])).toEqual(['web', 'cli']);
  });

  it.each(['javascript:alert(1)', 'git@github.com:ada/hello.git', 'example.org', '/path', 'ftp://example.org/'])(
    'of addresses: not %s, whoever says it',
    (address) => {
      const rule = 'an absolute URL with http or https';
      expect(refused({ homepage: address })).toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { field: 'homepage', rule },
      });
      expect(refused({ manifest: `[package]\nrepository = "${address}"` })).toMatchObject({
        code: 'MANIFEST_INVALID',
        details: { field: 'manifest', rule, path: 'package.repository' },
      });
      expect(refused({}, { homepage: address })).toMatchObject({
        code: 'MANIFEST_INVALID',
        details: { field: 'file', rule, path: 'package.homepage' },
      });
    },
  );
});
