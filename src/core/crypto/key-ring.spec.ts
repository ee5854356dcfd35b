import { inspect } from 'node:util';
import fc from 'fast-check';
import { InvalidFernetToken } from './fernet.js';
import { generateRingKey, InvalidKeyRing, KeyRing, UnknownRingKey } from './key-ring.js';
import { newDataKey } from './sealed.js';

it('unwraps with every ring that still has the key, through any number of rotations', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), (rotations) => {
      const keys: string[] = [];
      const dataKey = newDataKey();
      const wrappedKeys = Array.from({ length: rotations }, () => {
        keys.unshift(generateRingKey());
        return new KeyRing(keys).wrap(dataKey);
      });
      const newest = new KeyRing(keys);
      for (const { wrapped, ringKeyId } of wrappedKeys) expect(newest.unwrap(wrapped, ringKeyId)).toEqual(dataKey);
      expect(wrappedKeys.map(({ ringKeyId }) => ringKeyId).reverse()).toEqual(newest.keyIds);
    }),
  );
});

it('wraps with the first key only', () => {
  const [first, second] = [generateRingKey(), generateRingKey()];
  const { wrapped, ringKeyId } = new KeyRing([first, second]).wrap(newDataKey());
  expect(ringKeyId).toMatch(/^[0-9a-f]{8}$/);
  expect(ringKeyId).toBe(new KeyRing([first]).firstKeyId);
  expect(() => new KeyRing([second]).unwrap(wrapped, ringKeyId)).toThrow(new UnknownRingKey(ringKeyId));
  expect(() => new KeyRing([second]).unwrap(wrapped, new KeyRing([second]).firstKeyId)).toThrow(InvalidFernetToken);
});

it('reads keys by line and by comma, padded or not, with comments', () => {
  const [a, b, c] = [generateRingKey(), generateRingKey(), generateRingKey()];
  const ring = KeyRing.fromText(`# old, rotated\r\n\r\n ${a} ,${b}\n  # another\n${c!.replace('=', '')},\n`);
  expect(ring.keyIds).toEqual(new KeyRing([a!, b!, c!]).keyIds);
});

it('says what is wrong by the place of the key, and prints no key', () => {
  const key = generateRingKey();
  const messages = ['', '# nothing', `${key}\n${key.slice(2)}`, `${key},${key}`, `${key}\n${key.slice(0, -1)}`].map(
    (text) => {
      try {
        KeyRing.fromText(text);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidKeyRing);
        return (error as Error).message;
      }
      throw new Error('No error.');
    },
  );
  expect(messages).toEqual([
    'The key ring holds no key.',
    'The key ring holds no key.',
    'Key 2 of the key ring is not 32 bytes of base64url.',
    'Key 2 of the key ring stands there twice.',
    'Key 2 of the key ring stands there twice.',
  ]);
});

it('keeps its keys out of logs', () => {
  const ring = new KeyRing([generateRingKey()]);
  expect(JSON.stringify({ ring })).toBe(`{"ring":{"keyIds":["${ring.firstKeyId}"]}}`);
  expect(inspect({ ring })).toBe(`{ ring: KeyRing(${ring.firstKeyId}) }`);
});
