import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import {
  decryptFernet,
  encryptFernet,
  fernetKeyBytes,
  generateFernetKey,
  InvalidFernetKey,
  InvalidFernetToken,
} from './fernet.js';
import { invalidVectors, vector } from './fernet.vectors.js';

describe('the official vectors', () => {
  it('generates the token of generate.json', () => {
    const options = { now: new Date(vector.madeAt), iv: Buffer.from(vector.iv) };
    expect(encryptFernet(vector.secret, vector.src, options)).toBe(vector.token);
  });

  it('reads the token of verify.json', () => {
    const options = { now: new Date(vector.readAt), ttlSeconds: 60 };
    expect(decryptFernet(vector.secret, vector.token, options).toString()).toBe('hello');
  });

  it.each(invalidVectors)('refuses the token of invalid.json: $desc', ({ token, now }) => {
    const read = () => decryptFernet(vector.secret, token, { now: new Date(now), ttlSeconds: 60 });
    expect(read).toThrow(InvalidFernetToken);
  });

  it('refuses the two dated ones for their date alone', () => {
    const dated = invalidVectors.filter(({ desc }) => /future|TTL/.test(desc));
    expect(dated).toHaveLength(2);
    for (const { token } of dated) expect(decryptFernet(vector.secret, token).toString()).toBe('');
  });

  it('refuses bad padding after, and only after, the signature held', () => {
    const padding = invalidVectors.filter(({ desc }) => /padding error/.test(desc));
    expect(padding).toHaveLength(2);
    for (const { token } of padding) expect(() => decryptFernet(vector.secret, token)).toThrow('signed, but');
  });
});

const bytes = (size: { minLength?: number; maxLength: number }) =>
  fc.uint8Array(size).map((array) => Buffer.from(array));

it('gives back what it was given, padded or not, whatever the bytes', () => {
  fc.assert(
    fc.property(bytes({ minLength: 32, maxLength: 32 }), bytes({ maxLength: 200 }), (key, content) => {
      const token = encryptFernet(key, content);
      expect(decryptFernet(key, token)).toEqual(content);
      expect(decryptFernet(key.toString('base64url'), token.replace(/=+$/, ''))).toEqual(content);
    }),
  );
});

it('refuses every change of one bit', () => {
  const key = generateFernetKey();
  const token = Buffer.from(encryptFernet(key, 'a secret'), 'base64url');
  for (let bit = 0; bit < token.length * 8; bit++) {
    const changed = Buffer.from(token);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => decryptFernet(key, changed.toString('base64url'))).toThrow(InvalidFernetToken);
  }
});

it('refuses text that only a lenient base64 reader takes', () => {
  const token = vector.token;
  const texts = [
    '',
    '=',
    `${token}=`,
    token.slice(0, -1),
    ` ${token}`,
    `${token}\n`,
    token.replace(/_/g, '/'),
    token.replace('Q', 'Q='),
  ];
  // The last character before the padding carries four bits that belong to no byte.
  texts.push(token.replace('DA==', 'DB=='));
  for (const text of texts) expect(() => decryptFernet(vector.secret, text)).toThrow(InvalidFernetToken);
});

it('refuses another version or a short token even when it is signed', () => {
  const key = randomBytes(32);
  const sign = (content: Buffer) =>
    Buffer.concat([content, createHmac('sha256', key.subarray(0, 16)).update(content).digest()]);
  const read = (content: Buffer) => () => decryptFernet(key, sign(content).toString('base64url'));
  const content = Buffer.from(encryptFernet(key, 'x'), 'base64url').subarray(0, -32);
  expect(read(content)().toString()).toBe('x');
  for (let length = 0; length < content.length; length++) {
    expect(read(content.subarray(0, length))).toThrow(InvalidFernetToken);
  }
  content[0] = 0x81;
  expect(read(content)).toThrow(InvalidFernetToken);
});

it('refuses the token of another key', () => {
  expect(() => decryptFernet(generateFernetKey(), vector.token)).toThrow(InvalidFernetToken);
});

it('never expires without a ttl, and expires after the last second of one', () => {
  const now = new Date('2026-01-01T00:00:00.000Z');
  const token = encryptFernet(vector.secret, 'x', { now });
  const readAfter = (seconds: number, ttlSeconds?: number) => () =>
    decryptFernet(vector.secret, token, { now: new Date(now.getTime() + seconds * 1000), ttlSeconds }).toString();
  expect(readAfter(1e9)()).toBe('x');
  expect(readAfter(-1e6)()).toBe('x');
  expect(readAfter(60, 60)()).toBe('x');
  expect(readAfter(61, 60)).toThrow(InvalidFernetToken);
  expect(readAfter(1, 0)).toThrow(InvalidFernetToken);
  expect(readAfter(-60, 60)()).toBe('x');
  expect(readAfter(-61, 60)).toThrow('future');
});

it('refuses a key of another size, and does not print it', () => {
  for (const key of ['', 'c2hvcnQ', randomBytes(16), randomBytes(33), '%'.repeat(43)]) {
    expect(() => fernetKeyBytes(key)).toThrow(InvalidFernetKey);
    expect(() => encryptFernet(key, 'x')).toThrow(/^A Fernet key is 32 bytes, written as base64url\.$/);
  }
});
