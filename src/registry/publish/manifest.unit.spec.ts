import { about, content, facts, refused, webc } from '../../../test/kit/published-facts.js';
import type { PackageFile } from '../package-file/package-file.js';
import { publishLimits } from './publish.limits.js';

const named = { name: 'ada/hello', version: '1.2.3' };

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
