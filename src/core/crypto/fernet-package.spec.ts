import { createRequire } from 'node:module';
import fc from 'fast-check';
import { decryptFernet, encryptFernet, generateFernetKey } from './fernet.js';

// The package comes without types. It takes text only, and without `ttl: 0` it refuses what is older than a minute.
type FernetPackage = {
  Secret: new (key: string) => object;
  Token: new (options: object) => { encode(message: string): string; decode(token: string): string };
};
const other = createRequire(import.meta.url)('fernet') as FernetPackage;

const key = generateFernetKey();
const secret = new other.Secret(key);
const message = fc.string({ unit: 'grapheme', minLength: 1 });

it('reads the tokens of the npm package fernet', () => {
  fc.assert(
    fc.property(message, (text) => {
      expect(decryptFernet(key, new other.Token({ secret }).encode(text), { ttlSeconds: 60 }).toString()).toBe(text);
    }),
  );
});

it('writes tokens that the npm package fernet reads, old ones too', () => {
  fc.assert(
    fc.property(message, fc.date({ min: new Date(0), max: new Date(), noInvalidDate: true }), (text, now) => {
      expect(new other.Token({ secret, ttl: 0 }).decode(encryptFernet(key, text, { now }))).toBe(text);
    }),
  );
});
