import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateRingKey, InvalidKeyRing, UnknownRingKey } from './key-ring.js';
import { addKeyFirst, createKeyRingFile, openKeyRingFile } from './key-ring-file.js';
import { newDataKey } from './sealed.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-ring-'));
  path = join(folder, 'keys');
});

afterEach(() => rmSync(folder, { recursive: true }));

it('makes a ring that only its owner can read, leaves nothing else, and opens it again', () => {
  const made = openKeyRingFile(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['keys']);
  expect(openKeyRingFile(path).ring.keyIds).toEqual(made.ring.keyIds);
});

it('takes the ring of a process that was first, instead of replacing it', () => {
  const { ring } = openKeyRingFile(path);
  createKeyRingFile(path);
  expect(openKeyRingFile(path).ring.keyIds).toEqual(ring.keyIds);
  expect(readdirSync(folder)).toEqual(['keys']);
});

it.each([0o640, 0o604, 0o620])('refuses the mode %o and says how to mend it', (mode) => {
  openKeyRingFile(path);
  chmodSync(path, mode);
  expect(() => openKeyRingFile(path)).toThrow(
    new InvalidKeyRing(`Others can read the key ring ${path}. Run: chmod 600 ${path}`),
  );
  expect(() => addKeyFirst(path)).toThrow(InvalidKeyRing);
  expect(readdirSync(folder)).toEqual(['keys']);
});

it('refuses an empty or broken file by its name, and does not replace it', () => {
  writeFileSync(path, 'x', { mode: 0o600 });
  expect(() => openKeyRingFile(path)).toThrow(
    new InvalidKeyRing(`${path}: Key 1 of the key ring is not 32 bytes of base64url.`),
  );
  expect(readFileSync(path, 'utf8')).toBe('x');
});

it('rotates: the new key wraps, the old one still unwraps, the mode stays', () => {
  const before = openKeyRingFile(path);
  const dataKey = newDataKey();
  const { wrapped, ringKeyId } = before.wrap(dataKey);
  const newId = addKeyFirst(path);
  const after = openKeyRingFile(path);
  expect(after.ring.keyIds).toEqual([newId, ringKeyId]);
  expect(after.unwrap(wrapped, ringKeyId)).toEqual(dataKey);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['keys']);
});

it('learns the key of a rotation in another process when it meets its id', () => {
  const running = openKeyRingFile(path);
  addKeyFirst(path);
  const dataKey = newDataKey();
  const { wrapped, ringKeyId } = openKeyRingFile(path).wrap(dataKey);
  expect(running.ring.keyIds).not.toContain(ringKeyId);
  expect(running.unwrap(wrapped, ringKeyId)).toEqual(dataKey);
  expect(running.ring.firstKeyId).toBe(ringKeyId);
  expect(running.reload()).toBe(false);
});

it('says which key it does not know', () => {
  expect(() => openKeyRingFile(path).unwrap('token', '00000000')).toThrow(new UnknownRingKey('00000000'));
});

it('refuses a rotation beside another one, and changes nothing', () => {
  const { ring } = openKeyRingFile(path);
  writeFileSync(`${path}.next`, '');
  expect(() => addKeyFirst(path)).toThrow(
    `Another rotation is at work. If none is, delete ${path}.next and try again.`,
  );
  expect(existsSync(`${path}.next`)).toBe(true);
  expect(openKeyRingFile(path).ring.keyIds).toEqual(ring.keyIds);
});

it('keeps comments through a rotation', () => {
  writeFileSync(path, `# kept in the safe\n${generateRingKey()}\n`, { mode: 0o600 });
  addKeyFirst(path);
  expect(readFileSync(path, 'utf8')).toContain('# kept in the safe\n');
});
