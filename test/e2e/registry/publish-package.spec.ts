import sharp from 'sharp';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { sha256 } from '../../kit/webc-file.js';
import { asked, namespaceOf, packageTarball, reached, sent, storedCounts, wasmerToml, webc } from './kit.js';

let server: AccountsServer;
let ann: TestAccount;

beforeAll(async () => {
  server = await startAccounts();
  ann = await account(server, 'ann');
});
afterAll(() => server.close());

const mutation = `mutation ($input: PublishPackageInput!) {
  publishPackage(input: $input) {
    success clientMutationId
    packageVersion {
      version description license manifest publishedBy { username }
      package { globalName icon iconUpdatedAt private }
      distribution { downloadUrl webcVersion size }
    }
    packageWebc { tag }
  }
}`;
const publishPackage = async (input: object, by = ann) => (await asked(by, mutation, input)).publishPackage;
const refusal = (input: object, by = ann) => by.refusal(mutation, { input });
const tagOf = (file: Buffer) => `sha256:${sha256(file).toString('hex')}`;

/** As the GraphQL multipart request specification says. */
async function withFiles(input: object, files: Record<string, Buffer>) {
  const form = new FormData();
  const fields = Object.keys(files);
  const variables = { input: { ...input, ...Object.fromEntries(fields.map((field) => [field, null])) } };
  form.append('operations', JSON.stringify({ query: mutation, variables }));
  form.append('map', JSON.stringify(Object.fromEntries(fields.map((field) => [field, [`variables.input.${field}`]]))));
  for (const [field, content] of Object.entries(files)) form.append(field, new Blob([content]), field);
  const headers = { authorization: `Bearer ${ann.token}` };
  const response = await fetch(server.graphqlUrl, { method: 'POST', body: form, headers });
  const { data, errors } = (await response.json()) as { data?: any; errors?: any[] };
  return { published: data?.publishPackage, refusal: errors?.[0].extensions };
}

const formats = [
  { uploadFormat: 'targz', webcVersion: null, fileOf: packageTarball },
  { uploadFormat: 'webcv2', webcVersion: 'V2', fileOf: () => webc({ version: '002' }) },
  { uploadFormat: 'webcv3', webcVersion: 'V3', fileOf: () => webc({ version: '003' }) },
] as const;

describe.each(formats)('$uploadFormat', ({ uploadFormat, webcVersion, fileOf }) => {
  const answer = (name: string, file: Buffer) => ({
    success: true,
    packageVersion: {
      version: '1.0.0',
      publishedBy: { username: 'ann' },
      package: { globalName: name, private: false },
      distribution: { webcVersion, size: file.length },
    },
    packageWebc: { tag: tagOf(file) },
  });

  it('is published by signed URL', async () => {
    const name = `ann/url-${uploadFormat}`;
    const file = fileOf(name, '1.0.0');
    const input = { manifest: '', name, version: '1.0.0', signedUrl: await sent(ann, file), uploadFormat };
    expect(await publishPackage(input)).toMatchObject(answer(name, file));
  });

  it('is published as a file of the request', async () => {
    const name = `file-${uploadFormat}`;
    const file = fileOf(name, '1.0.0');
    const input = { manifest: '', name, version: '1.0.0', uploadFormat };
    const { published } = await withFiles(input, { fileUpload: file });
    expect(published).toMatchObject(answer(`ann/${name}`, file));
  });

  it('is published without a word of its format', async () => {
    const name = `any-${uploadFormat}`;
    const file = fileOf(name, '1.0.0');
    const input = { manifest: '', name, version: '1.0.0', signedUrl: await sent(ann, file), uploadFormat: null };
    expect(await publishPackage(input)).toMatchObject(answer(`ann/${name}`, file));
  });
});

it.each([
  ['webcv3', () => packageTarball('other', '1.0.0'), 'Expected a webc v3, and the file is a tar.gz.'],
  ['webcv3', () => webc({ version: '002' }), 'Expected a webc v3, and the file is a webc v2.'],
  ['webcv2', () => webc({ version: '003' }), 'Expected a webc v2, and the file is a webc v3.'],
])('refuses another format than %s, in words that a script looks for', async (uploadFormat, file, text) => {
  const signedUrl = await sent(ann, file());
  const before = await storedCounts(server);
  const input = { manifest: '', name: 'other', version: '1.0.0', signedUrl, uploadFormat };
  const { errors } = await ann.ask(mutation, { input });
  expect(errors).toMatchObject([
    { message: text, extensions: { code: 'PACKAGE_FORMAT_MISMATCH', field: 'uploadFormat' } },
  ]);
  expect(await storedCounts(server)).toEqual(before);
});

describe('what is published', () => {
  it('takes what the input leaves out from the manifest, and what that leaves out from the file', async () => {
    const signedUrl = await sent(ann, packageTarball('ann/said', '3.1.4'));
    const manifest = wasmerToml('ann/said', '3.1.4');
    const { packageVersion } = await publishPackage({ manifest, signedUrl });
    expect(packageVersion).toMatchObject({
      version: '3.1.4',
      package: { globalName: 'ann/said' },
      description: 'Says hello',
      license: 'MIT',
      manifest,
    });
    const again = await publishPackage({
      manifest: '',
      signedUrl: await sent(ann, packageTarball('ann/said', '3.1.5')),
    });
    expect(again.packageVersion).toMatchObject({ version: '3.1.5', description: 'Says hello' });
  });

  it('goes to a namespace, named beside the name or in it', async () => {
    await namespaceOf(ann, 'tools');
    const signedUrl = () => sent(ann, webc());
    const beside = { manifest: '', name: 'hammer', namespace: 'tools', version: '1.0.0', signedUrl: await signedUrl() };
    expect((await publishPackage(beside)).packageVersion.package.globalName).toBe('tools/hammer');
    const inName = { ...beside, name: 'tools/hammer', version: '1.0.1', signedUrl: await signedUrl() };
    expect((await publishPackage(inName)).packageVersion.package.globalName).toBe('tools/hammer');
  });

  it('is only pushed when it has neither name nor version, as older clients do with packages without a name', async () => {
    const file = webc({ volumes: { '/a': { file: 'unnamed' } } });
    const input = { manifest: '', name: null, version: null, private: true, signedUrl: await sent(ann, file) };
    const before = await storedCounts(server);
    const { success, packageVersion, packageWebc } = await publishPackage(input);
    expect({ success, packageVersion, packageWebc }).toEqual({
      success: true,
      packageVersion: null,
      packageWebc: { tag: tagOf(file) },
    });
    expect((await storedCounts(server)).events).toBe(before.events + 1);
    const query = 'query ($hash: String!) { getPackageRelease(hash: $hash) { tag } }';
    expect((await server.ask(query, { hash: tagOf(file) })).data.getPackageRelease).toBeNull();
    expect((await ann.ask(query, { hash: tagOf(file) })).data.getPackageRelease).toEqual(packageWebc);
  });

  it('brings a picture of the package with it', async () => {
    const icon = await sharp({ create: { width: 60, height: 60, channels: 3, background: '#0f0' } })
      .png()
      .toBuffer();
    const input = { manifest: '', name: 'pictured', version: '1.0.0' };
    const { published } = await withFiles(input, { fileUpload: webc(), iconUpload: icon });
    expect(published.packageVersion.package.iconUpdatedAt).not.toBeNull();
    expect((await fetch(reached(published.packageVersion.package.icon))).status).toBe(200);
    const text = `data:image/png;base64,${icon.toString('base64')}`;
    const byText = await publishPackage({ ...input, name: 'painted', icon: text, signedUrl: await sent(ann, webc()) });
    expect(byText.packageVersion.package.icon).toBe(published.packageVersion.package.icon);
    // A later version that says nothing leaves it.
    const later = { ...input, version: '1.1.0', icon: '', signedUrl: await sent(ann, webc()) };
    expect((await publishPackage(later)).packageVersion.package.icon).toBe(published.packageVersion.package.icon);
  });
});

describe('a repeat with the same clientMutationId', () => {
  const tag = `mutation ($input: TagPackageReleaseInput!) { tagPackageRelease(input: $input) { packageVersion { id version } } }`;
  const push = `mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { packageWebc { id tag } } }`;

  it('answers as the first time, though the upload is used up and the version is there', async () => {
    const icon = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#00f' } })
      .png()
      .toBuffer();
    const named = {
      manifest: wasmerToml('ann/again', '1.0.0'),
      icon: `data:image/png;base64,${icon.toString('base64')}`,
      signedUrl: await sent(ann, packageTarball('ann/again', '1.0.0')),
      clientMutationId: 'p1',
    };
    const unnamed = { manifest: '', signedUrl: await sent(ann, webc()), clientMutationId: 'p2' };
    const pushed = { namespace: 'ann', signedUrl: await sent(ann, webc()), clientMutationId: 'p3' };
    const packageReleaseId = (await asked(ann, push, pushed)).pushPackageRelease.packageWebc.id;
    const tagged = { name: 'ann/again', version: '1.1.0', packageReleaseId, clientMutationId: 'p4' };
    const all = [
      [mutation, named],
      [mutation, unnamed],
      [push, pushed],
      [tag, tagged],
    ] as const;
    const answers = [];
    for (const [query, input] of all) answers.push(await asked(ann, query, input));
    expect(answers[0].publishPackage.packageVersion).toMatchObject({ version: '1.0.0' });
    const before = await storedCounts(server);
    for (const [index, [query, input]] of all.entries()) expect(await asked(ann, query, input)).toEqual(answers[index]);
    expect(await storedCounts(server)).toEqual(before);
    expect(await refusal({ ...named, description: 'Other' })).toMatchObject({ code: 'client_mutation_id_conflict' });
  });
});

describe('refuses', () => {
  const input = { manifest: '', name: 'refused', version: '1.0.0' };
  const nothingStored = async (work: () => Promise<unknown>) => {
    const before = await storedCounts(server);
    await work();
    expect(await storedCounts(server)).toEqual(before);
  };

  it('no file, and two', () =>
    nothingStored(async () => {
      const signedUrl = await sent(ann, webc());
      expect(await refusal(input)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'signedUrl' });
      expect(await refusal({ ...input, signedUrl: '', file: 'package.tar.gz' })).toMatchObject({ field: 'signedUrl' });
      const both = await withFiles({ ...input, signedUrl }, { fileUpload: webc() });
      expect(both.refusal).toMatchObject({ code: 'BAD_USER_INPUT', field: 'fileUpload' });
    }));

  it('a signature', () =>
    nothingStored(async () => {
      const signature = { data: 'untrusted comment', publicKeyKeyId: 'A1' };
      const signed = { ...input, signedUrl: await sent(ann, webc()), signature };
      expect(await refusal(signed)).toMatchObject({ code: 'SIGNATURES_NOT_SUPPORTED', field: 'signature' });
    }));

  it('what is no package, with the field that brought it', () =>
    nothingStored(async () => {
      const junk = Buffer.from('junk');
      expect((await withFiles(input, { fileUpload: junk })).refusal).toMatchObject({
        code: 'PACKAGE_FORMAT_UNKNOWN',
        field: 'fileUpload',
      });
      expect(await refusal({ ...input, signedUrl: await sent(ann, junk) })).toMatchObject({
        code: 'PACKAGE_FORMAT_UNKNOWN',
        field: 'signedUrl',
      });
    }));

  it('a name without a version, and a version without a name', () =>
    nothingStored(async () => {
      const nameless = { ...input, name: null, signedUrl: await sent(ann, webc()) };
      expect(await refusal(nameless)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'name' });
      expect(await refusal({ ...nameless, ...input, version: null })).toMatchObject({
        code: 'INVALID_VERSION',
        field: 'version',
      });
    }));

  it('an icon that is none, before anything is stored', () =>
    nothingStored(async () => {
      const { refusal: found } = await withFiles(input, { fileUpload: webc(), iconUpload: Buffer.from('x') });
      expect(found).toMatchObject({ code: 'INVALID_PICTURE', field: 'iconUpload' });
    }));
});

describe('clients that publish in one step', () => {
  it('wapm-cli: a form of plain fields, the name with its namespace, and the name of the archive beside the URL', async () => {
    const send = async (query: string, operationName: string, variables: object) => {
      const form = new FormData();
      form.append('query', query);
      form.append('operationName', operationName);
      form.append('variables', JSON.stringify(variables));
      const headers = { authorization: `Bearer ${ann.token}`, 'user-agent': 'wapm/0.5.9' };
      return (await fetch(server.graphqlUrl, { method: 'POST', body: form, headers })).json() as Promise<any>;
    };
    const getSignedUrl = `query GetSignedUrl($name: String!, $version: String!) {
      url: getSignedUrlForPackageUpload(name: $name, version: $version, expiresAfterSeconds: 1800) { url }
    }`;
    const chunked = `mutation PublishPackageMutationChunked($name: String!, $version: String!, $description: String!, $manifest: String!, $license: String, $licenseFile: String, $readme: String, $fileName: String, $repository: String, $homepage: String, $signature: InputSignature, $signedUrl: String) {
      publishPackage(input: { name: $name, version: $version, description: $description, manifest: $manifest, license: $license, licenseFile: $licenseFile, readme: $readme, file: $fileName, signedUrl: $signedUrl, repository: $repository, homepage: $homepage, signature: $signature, clientMutationId: "" }) {
        success packageVersion { version }
      }
    }`;
    const named = { name: 'ann/wapm', version: '0.1.1' };
    const file = packageTarball(named.name, named.version);
    const { url } = (await send(getSignedUrl, 'GetSignedUrl', named)).data.url;
    const start = { 'content-length': '0', 'content-type': 'application/octet-stream', 'x-goog-resumable': 'start' };
    const started = await fetch(reached(url), { method: 'POST', headers: start });
    expect(started.status).toBe(201);
    const range = { 'content-range': `bytes 0-${file.length - 1}/${file.length}` };
    await fetch(reached(started.headers.get('location')!), { method: 'PUT', headers: range, body: file });
    const { data, errors } = await send(chunked, 'PublishPackageMutationChunked', {
      ...named,
      description: 'Says hello',
      manifest: wasmerToml(named.name, named.version),
      license: 'MIT',
      licenseFile: null,
      readme: '# Hello',
      fileName: 'package.tar.gz',
      repository: null,
      homepage: null,
      signature: null,
      signedUrl: url,
    });
    expect(errors).toBeUndefined();
    expect(data.publishPackage).toEqual({ success: true, packageVersion: { version: '0.1.1' } });
  });

  it('the script that seeds instances: a webc by plain PUT, name and namespace apart', async () => {
    await namespaceOf(ann, 'wasmer');
    const generate = `mutation ($input: GenerateUploadUrlInput!) { generateUploadUrl(input: $input) { signedUrl { url } } }`;
    const seed = `mutation ($input: PublishPackageInput!) {
      publishPackage(input: $input) { success packageVersion { version package { globalName } } }
    }`;
    const [name, version] = ['winter', '1.2.3+wasix.2'];
    const made = await asked(ann, generate, { name: `wasmer/${name}`, version, filename: 'winter.webc' });
    const { url } = made.generateUploadUrl.signedUrl;
    expect((await fetch(reached(url), { method: 'PUT', body: webc() })).ok).toBe(true);
    const manifest = `[package]\nname = "wasmer/${name}"\nversion = "${version}"\n`;
    const said = { manifest, name, namespace: 'wasmer', version, uploadFormat: 'webcv3', wait: true };
    expect((await asked(ann, seed, { ...said, signedUrl: url })).publishPackage).toEqual({
      success: true,
      packageVersion: { version, package: { globalName: 'wasmer/winter' } },
    });
  });
});
