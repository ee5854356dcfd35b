import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { json, startOperator, type Operator } from '../kit/operator.js';
import { eventually } from '../kit/eventually.js';

let operator: Operator;
let folder: string;

beforeAll(async () => {
  operator = await startOperator();
  folder = join(operator.server.dataDir, 'blobs');
});
afterAll(() => operator.close());

const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Gives acme a picture, and @returns the file that it is kept in. */
async function picture(background: string): Promise<string> {
  const content = await sharp({ create: { width: 40, height: 40, channels: 3, background } })
    .png()
    .toBuffer();
  const query = `mutation ($input: UpdateNamespaceInput!) { updateNamespace(input: $input) { namespace { avatar } } }`;
  const { data } = await ask(`{ getNamespace(name: "acme") { id } }`);
  const input = { namespaceId: data.getNamespace.id, avatarUpload: null };
  const form = new FormData();
  form.append('operations', JSON.stringify({ query, variables: { input } }));
  form.append('map', '{"0":["variables.input.avatarUpload"]}');
  form.append('0', new Blob([new Uint8Array(content)], { type: 'image/png' }), 'avatar.png');
  const answer = (await (await send(form)).json()) as any;
  expect(answer.errors).toBeUndefined();
  const hash = answer.data.updateNamespace.namespace.avatar.split('/').at(-1);
  return files().find((file) => file.endsWith(hash))!;
}

const send = (body: FormData | string, headers = {}) =>
  fetch(operator.server.graphqlUrl, {
    method: 'POST',
    body,
    headers: { ...headers, authorization: `Bearer ${operator.ann.token}` },
  });
const ask = async (query: string): Promise<any> =>
  (await send(JSON.stringify({ query }), { 'content-type': 'application/json' })).json();
const hashOf = (file: string) => file.split('/').at(-1)!;
const age = (file: string, hours: number) => {
  const then = Date.now() / 1000 - hours * 60 * 60;
  utimesSync(file, then, then);
};

it('collects what nothing refers to any more, once it is a day old, and names it first', async () => {
  expect((await operator.waybill('blobs', 'gc')).stdout).toBe('Nothing to collect.\n');
  const first = await picture('#102030');
  const second = await picture('#302010');
  expect((await operator.waybill('blobs', 'gc')).stdout).toBe('Nothing to collect.\n');
  age(first, 25);
  age(second, 25);
  const { size } = statSync(first);
  await eventually(async () => {
    const named = json(await operator.waybill('blobs', 'gc', '--dry-run', '--json'));
    expect(named).toEqual([{ hash: hashOf(first), sizeBytes: size, storedAt: expect.any(String) }]);
  });
  expect((await operator.waybill('blobs', 'gc', '--dry-run')).stdout).toMatch(
    /^[0-9a-f]{64} {2}\d+ B .*\n1 files, \d+ B would be deleted\.\n$/,
  );
  expect(files()).toContain(first);
  expect((await operator.waybill('blobs', 'gc')).stdout).toMatch(/1 files, \d+ B were deleted\.\n$/);
  expect(files()).toEqual([second]);
});

it('does not collect what is put again just before', async () => {
  const old = await picture('#445566');
  await picture('#665544');
  age(old, 25);
  expect(await picture('#445566')).toBe(old);
  expect((await operator.waybill('blobs', 'gc', '--json')).stdout).not.toContain(hashOf(old));
  expect(files()).toContain(old);
});

it('collects nothing while a read model stands still', async () => {
  await operator.waybill('projections', 'pause', 'namespaces_v2', '--reason', 'test');
  const { code, stderr } = await operator.waybill('blobs', 'gc');
  await operator.waybill('projections', 'resume', 'namespaces_v2');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('namespaces_v2 is paused') });
});

it('finds what is damaged and what is missing', async () => {
  const damaged = await picture('#778899');
  expect((await operator.waybill('blobs', 'verify')).stdout).toMatch(/^\d files, .* all are whole\.\n$/);
  writeFileSync(damaged, 'something else');
  expect(await operator.waybill('blobs', 'verify', '--json').then((result) => [result.code, json(result)])).toEqual([
    4,
    expect.objectContaining({ damaged: [hashOf(damaged)], missing: [] }),
  ]);
  rmSync(damaged);
  expect(await operator.waybill('blobs', 'verify').then(({ code, stdout }) => [code, stdout])).toEqual([
    4,
    expect.stringContaining(`1 findings.\n  missing ${hashOf(damaged)}\n`),
  ]);
});
