import { account, startAccounts, type AccountsServer, type TestAccount } from '../e2e/accounts/kit.js';
import { packageTarball, reached, wasmerToml } from '../e2e/registry/kit.js';
import { sha256 } from '../kit/webc-file.js';

/** wapm-cli of 2023: each document in a form with plain fields. It decodes strictly, and any error fails the command. */
let server: AccountsServer;
let ada: TestAccount;

beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
});
afterAll(() => server?.close());

type Answer = { data?: any; errors?: { message: string }[] };

async function ask(query: string, variables: object): Promise<Answer> {
  const form = new FormData();
  form.append('query', query);
  form.append('operationName', /(?:query|mutation) (\w+)/.exec(query)![1]!);
  form.append('variables', JSON.stringify(variables));
  const headers = { authorization: `Bearer ${ada.token}`, 'user-agent': 'wapm/0.5.9 linux-x86_64 glibc' };
  const response = await fetch(server.graphqlUrl, { method: 'POST', headers, body: form });
  return (await response.json()) as Answer;
}

/** @returns the one root field */
async function asked(query: string, variables: object): Promise<any> {
  const { data, errors } = await ask(query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data)[0];
}

const archive = packageTarball('ada/cowsay', '0.1.1');
const chunkBytes = 300;

it('publishes an archive that it sends in chunks', async () => {
  const getSignedUrl = `query GetSignedUrl($name: String!, $version: String!, $expiresAfterSeconds: Int) {
    url: getSignedUrlForPackageUpload(name: $name, version: $version, expiresAfterSeconds: $expiresAfterSeconds) { url }
  }`;
  const publish = `mutation PublishPackageMutationChunked(
    $name: String!, $version: String!, $description: String!, $manifest: String!, $license: String, $licenseFile: String,
    $readme: String, $fileName: String, $repository: String, $homepage: String, $signature: InputSignature, $signedUrl: String
  ) {
    publishPackage(input: {
      name: $name, version: $version, description: $description, manifest: $manifest, license: $license,
      licenseFile: $licenseFile, readme: $readme, file: $fileName, signedUrl: $signedUrl, repository: $repository,
      homepage: $homepage, signature: $signature, clientMutationId: ""
    }) { success packageVersion { version } }
  }`;
  const about = { name: 'ada/cowsay', version: '0.1.1' };
  const { url } = await asked(getSignedUrl, { ...about, expiresAfterSeconds: 1800 });
  await sendInChunks(url);
  const said = { description: 'Says hello', license: 'MIT', licenseFile: null, readme: '# Hello' };
  const manifest = wasmerToml(about.name, about.version);
  const none = { repository: null, homepage: null, signature: null };
  const input = { ...about, ...said, ...none, manifest, fileName: 'package.tar.gz', signedUrl: url };
  expect(await asked(publish, input)).toEqual({ success: true, packageVersion: { version: '0.1.1' } });
});

async function sendInChunks(url: string): Promise<void> {
  const type = { 'content-type': 'application/octet-stream' };
  const opened = await fetch(reached(url), { method: 'POST', headers: { ...type, 'x-goog-resumable': 'start' } });
  expect(opened.status).toBe(201);
  const session = reached(opened.headers.get('location')!);
  for (let start = 0; start < archive.length; start += chunkBytes) {
    const chunk = archive.subarray(start, start + chunkBytes);
    const range = `bytes ${start}-${start + chunk.length - 1}/${archive.length}`;
    const put = await fetch(session, { method: 'PUT', headers: { ...type, 'content-range': range }, body: chunk });
    expect([put.status < 400, put.headers.get('location')]).toEqual([true, null]);
  }
}

const distribution = { downloadUrl: expect.stringMatching(/\.tar\.gz$/) };
const manifest = wasmerToml('ada/cowsay', '0.1.1');

it.each([
  {
    what: 'a package to install',
    query: `query GetPackageQuery($name: String!) {
      package: getPackage(name: $name) { name private lastVersion { version distribution { downloadUrl } manifest } }
    }`,
    variables: { name: 'ada/cowsay' },
    answer: { name: 'ada/cowsay', private: false, lastVersion: { version: '0.1.1', distribution, manifest } },
  },
  {
    what: 'a version by a range',
    query: `query GetPackageVersionQuery($name: String!, $version: String) {
      packageVersion: getPackageVersion(name: $name, version: $version) {
        package { name } version distribution { downloadUrl } manifest
      }
    }`,
    variables: { name: 'ada/cowsay', version: '^0.1' },
    answer: { package: { name: 'ada/cowsay' }, version: '0.1.1', distribution, manifest },
  },
  {
    what: 'a package by its command',
    query: `query GetPackageByCommandQuery($commandName: String!) {
      getCommand: getCommand(name: $commandName) { command packageVersion { version package { displayName } } }
    }`,
    variables: { commandName: 'hello' },
    answer: { command: 'hello', packageVersion: { version: '0.1.1', package: { displayName: 'ada/cowsay' } } },
  },
  {
    what: 'what is found for words',
    query: `query SearchQuery($query: String!) {
      search(query: $query) {
        edges { node { __typename ... on PackageVersion { package { displayName } createdAt version description } } }
      }
    }`,
    variables: { query: 'cowsay' },
    answer: {
      edges: [
        {
          node: {
            __typename: 'PackageVersion',
            package: { displayName: 'ada/cowsay' },
            // It panics without a fraction and with a zone of one letter.
            createdAt: expect.stringMatching(/\.\d+\+00:00$/),
            version: '0.1.1',
            description: 'Says hello',
          },
        },
      ],
    },
  },
])('gets $what', async ({ query, variables, answer }) => {
  expect(await asked(query, variables)).toEqual(answer);
});

it('downloads the archive by the URL that it got', async () => {
  const query = `query GetPackageVersionQuery($name: String!) { getPackageVersion(name: $name) { distribution { downloadUrl } } }`;
  const { downloadUrl } = (await asked(query, { name: 'ada/cowsay' })).distribution;
  const response = await fetch(reached(downloadUrl));
  expect(sha256(Buffer.from(await response.arrayBuffer()))).toEqual(sha256(archive));
});

/** Refused while what they ask for is not served. Serving it fails a test here: then it belongs above, with its answer. */
const missing = [
  {
    field: 'signature',
    type: 'PackageVersion',
    query: `query GetPackagesQuery($names: [String!]!) {
      package: getPackages(names: $names) {
        name versions { version distribution { downloadUrl }
          signature { publicKey { keyId owner { username } key uploadedAt revoked } data createdAt } }
      }
    }`,
    variables: { names: ['ada/cowsay'] },
  },
  {
    field: 'signature',
    type: 'PackageVersion',
    query: `query WaxGetCommandQuery($command: String!) {
      command: getCommand(name: $command) {
        command module { abi source }
        packageVersion { version package { name displayName } distribution { downloadUrl }
          signature { publicKey { keyId owner { username } key uploadedAt revoked } data createdAt } }
      }
    }`,
    variables: { command: 'hello' },
  },
  {
    field: 'bindings',
    type: 'PackageVersion',
    query: `query GetBindingsQuery($name: String!, $version: String = "latest") {
      packageVersion: getPackageVersion(name: $name, version: $version) {
        version bindings { id language url __typename }
      }
    }`,
    variables: { name: 'ada/cowsay' },
  },
  {
    field: 'getInterfaceVersion',
    type: 'Query',
    query: `query GetInterfaceVersionQuery($name: String!, $version: String!) {
      interface: getInterfaceVersion(name: $name, version: $version) { version content interface { name } }
    }`,
    variables: { name: 'wasi', version: '0.0.1' },
  },
  {
    field: 'publishPublicKey',
    type: 'Mutation',
    query: `mutation PublishPublicKeyMutation($keyId: String!, $key: String!, $verifyingSignatureId: String) {
      publishPublicKey(input: {
        keyId: $keyId, key: $key, verifyingSignatureId: $verifyingSignatureId, clientMutationId: ""
      }) { success publicKey { keyId key revokedAt uploadedAt } }
    }`,
    variables: { keyId: '1', key: 'k' },
  },
];

it.each(missing)('is refused for want of $type.$field', async ({ field, type, query, variables }) => {
  const { data, errors } = await ask(query, variables);
  expect(data).toBeUndefined();
  const text = errors?.map(({ message }) => message).join();
  expect(text).toContain(`Cannot query field "${field}" on type "${type}"`);
});
