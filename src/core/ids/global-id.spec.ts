import fc from 'fast-check';
import Hashids from 'hashids';
import { Refusal } from '../errors/refusal.js';
import { decodeAnyId, decodeId, encodeId, encodeUrlId } from './global-id.js';
import { idKinds, type IdKind } from './kinds.js';

const kinds = Object.keys(idKinds) as IdKind[];
const anyKind = fc.constantFrom(...kinds);
const anyNumber = fc.oneof(fc.nat(10_000), fc.maxSafeNat());
const hashids = new Hashids('wasmer salt hashid', 12);

it.each([
  ['DeployApp', 273, 'da_MRrWI0t5U582'],
  ['DeployApp', 1, 'da_r2yGI9trUBnA'],
  ['DeployAppVersion', 1, 'dav_J2l9IztDu1KQ'],
  ['User', 1, 'u_BRa7Iet0imKV'],
  ['DeployApp', 1_000_000_000, 'da_yGI9trUeNVYwJ'],
] as const)('writes and reads %s %d as %s, as the existing clients do', (kind, number, id) => {
  expect(encodeId(kind, number)).toBe(id);
  expect(decodeId(kind, id)).toBe(number);
});

it('writes the URL form', () => {
  expect(encodeUrlId('DeployApp', 1)).toBe('1r3dhki1tq45');
});

it('has the 30 kinds of the clients, and ours from 100 on, each with its own number and prefix', () => {
  const table = Object.values(idKinds);
  const numbers = table.map(({ number }) => number);
  const ours = numbers.filter((number) => number >= 100);
  expect(numbers).toEqual([...Array(30).keys(), ...ours]);
  expect(new Set(numbers).size).toBe(table.length);
  expect(new Set(table.map(({ prefix }) => prefix)).size).toBe(table.length);
});

it('gives back every kind and number', () => {
  fc.assert(
    fc.property(anyKind, anyNumber, (kind, number) => {
      const id = encodeId(kind, number);
      expect(id.length).toBeLessThanOrEqual(24);
      expect(decodeAnyId(id)).toEqual({ kind, number });
      expect(encodeUrlId(kind, number)).toMatch(/^[a-z0-9]{12,}$/);
    }),
  );
  for (const kind of kinds) {
    for (const number of [0, Number.MAX_SAFE_INTEGER]) expect(decodeId(kind, encodeId(kind, number))).toBe(number);
  }
});

it('refuses numbers that JSON cannot hold exactly', () => {
  for (const number of [-1, 0.5, NaN, Infinity, 2 ** 53]) expect(() => encodeId('User', number)).toThrow(RangeError);
  const tooLarge = `u_${hashids.encode([1, 2, 0, 2n ** 53n])}`;
  expect(decodeAnyId(tooLarge)).toBeNull();
});

it.each([
  '',
  '_',
  'da',
  'da_',
  'MRrWI0t5U582',
  '_MRrWI0t5U582',
  'da__MRrWI0t5U582',
  'da-MRrWI0t5U582',
  'DA_MRrWI0t5U582',
  'da_MRrWI0t5U58',
  'da_MRrWI0t5U5822',
  'da_mrrwi0t5u582',
  'da_MRrWI0t5U58é',
  ' da_MRrWI0t5U582',
  'da_MRrWI0t5U582 ',
  'da_MRrWI0t5U582\n',
  'constructor_MRrWI0t5U582',
])('does not take %j for an id', (id) => {
  expect(decodeAnyId(id)).toBeNull();
  expect(() => decodeId('DeployApp', id)).toThrow(Refusal);
});

it('does not take a very long text for an id', () => {
  expect(decodeAnyId(`da_${'M'.repeat(1_000_000)}`)).toBeNull();
});

it('refuses another prefix with a right hash, and a right prefix with the hash of another kind', () => {
  fc.assert(
    fc.property(anyKind, anyKind, anyNumber, (kind, other, number) => {
      fc.pre(kind !== other);
      const id = encodeId(kind, number);
      const swapped = id.replace(/^[a-z]+/, idKinds[other].prefix);
      expect(decodeAnyId(swapped)).toBeNull();
      expect(() => decodeId(other, id)).toThrow(Refusal);
    }),
  );
});

it.each([[[1, 2, 21]], [[1, 2, 21, 273, 0]], [[0, 2, 21, 273]], [[1, 1, 21, 273]], [[1, 2, 30, 273]]])(
  'refuses a good hash of %j',
  (numbers) => expect(decodeAnyId(`da_${hashids.encode(numbers)}`)).toBeNull(),
);

it('knows one spelling only: what decodes, encodes to the same text', () => {
  const hashText = fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890'),
  });
  const nearly = fc.tuple(fc.nat(100_000), fc.nat(11), hashText).map(([number, at, text]) => {
    const id = encodeId('DeployApp', number);
    return id.slice(0, 3 + at) + text + id.slice(4 + at);
  });
  fc.assert(
    fc.property(
      fc.oneof(
        hashText.map((text) => `da_${text}`),
        nearly,
      ),
      (id) => {
        const decoded = decodeAnyId(id);
        if (decoded) expect(encodeId(decoded.kind, decoded.number)).toBe(id);
      },
    ),
    { numRuns: 2000 },
  );
});

it('names the kind and the field in the refusal', () => {
  try {
    decodeId('Namespace', 'da_MRrWI0t5U582', 'namespaceId');
    throw new Error('Not refused.');
  } catch (error) {
    expect(error).toMatchObject({
      code: 'INVALID_ID',
      message: 'This is not the id of a Namespace.',
      details: { field: 'namespaceId', expected: 'Namespace' },
    });
  }
});
