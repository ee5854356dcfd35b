import { facts, refused } from '../../../test/kit/published-facts.js';
import { publishLimits } from './publish.limits.js';

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

  it.each([
    'https://git.example/a',
    'ssh://git@git.example/a.git',
    'git+https://git.example/a',
    'git@github.com:a/b.git',
  ])('of repositories: %s is one, as git writes it', (repository) =>
    expect(facts({ repository })).toMatchObject({ repository }),
  );

  it('of homepages: not what only git knows', () => {
    expect(refused({ homepage: 'git@github.com:ada/hello.git' })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it.each(['javascript:alert(1)', 'example.org', '/path', 'ftp://example.org/'])(
    'of addresses: not %s, whoever says it',
    (address) => {
      const rule = 'an absolute URL with http or https';
      expect(refused({ homepage: address })).toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { field: 'homepage', rule },
      });
      expect(refused({ manifest: `[package]\nrepository = "${address}"` })).toMatchObject({
        code: 'MANIFEST_INVALID',
        details: {
          field: 'manifest',
          rule: 'an absolute URL with http, https, ssh or git',
          path: 'package.repository',
        },
      });
      expect(refused({}, { homepage: address })).toMatchObject({
        code: 'MANIFEST_INVALID',
        details: { field: 'file', rule, path: 'package.homepage' },
      });
    },
  );
});
