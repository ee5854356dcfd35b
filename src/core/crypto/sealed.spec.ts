import fc from 'fast-check';
import type { JsonObject } from '../event-store/types.js';
import { encryptFernet, InvalidFernetToken } from './fernet.js';
import { ERASED, isSealed, MisplacedSeal, newDataKey, sealFields, subjectsOf, unsealFields } from './sealed.js';

const type = 'accounts.user.registered';
const fields = ['email', 'realName', 'profile'];
const ada = { subject: 'user-ada', key: newDataKey() };
const keyOfAda = (subject: string) => (subject === ada.subject ? ada.key : undefined);

const jsonObject = fc
  .dictionary(fc.oneof(fc.constantFrom(...fields, 'open', '$sealed'), fc.string()), fc.jsonValue({ maxDepth: 3 }))
  // As the database gives it back: no -0, no prototype of its own.
  .map((data) => JSON.parse(JSON.stringify(data)) as JsonObject);

it('gives back all data, and seals every named value and nothing else', () => {
  fc.assert(
    fc.property(jsonObject, (data) => {
      const sealed = sealFields(type, fields, data, ada);
      for (const [name, value] of Object.entries(data)) {
        if (fields.includes(name) && value !== null) expect(isSealed(sealed[name])).toBe(true);
        else expect(sealed[name]).toEqual(value);
      }
      const read = JSON.parse(JSON.stringify(sealed)) as JsonObject;
      expect(unsealFields(type, fields, read, keyOfAda)).toEqual(data);
    }),
  );
});

it('does not change the data that it is given', () => {
  const data = Object.freeze({ email: 'ada@example.org' });
  const sealed = Object.freeze(sealFields(type, fields, data, ada));
  expect(unsealFields(type, fields, sealed, keyOfAda)).toEqual(data);
});

it('hides the value', () => {
  const sealed = sealFields(type, fields, { email: 'ada@example.org' }, ada);
  expect(sealed).toEqual({ email: { $sealed: 'user-ada', token: expect.stringMatching(/^gAAAAA/) } });
  expect(JSON.stringify(sealed)).not.toContain('example');
});

it('keeps what is absent absent and null null', () => {
  expect(sealFields(type, fields, { email: null, open: 1 }, ada)).toEqual({ email: null, open: 1 });
});

it.each(['erased', undefined] as const)('gives the erased marker when the key is %s', (key) => {
  const sealed = sealFields(type, fields, { email: 'ada@example.org', open: 1 }, ada);
  expect(unsealFields(type, fields, sealed, () => key)).toEqual({ email: ERASED, open: 1 });
});

it('refuses a token that was moved to another field or type', () => {
  const { email } = sealFields(type, fields, { email: 'ada@example.org' }, ada);
  expect(() => unsealFields(type, fields, { realName: email! }, keyOfAda)).toThrow(MisplacedSeal);
  expect(() => unsealFields('accounts.user.renamed', fields, { email: email! }, keyOfAda)).toThrow(MisplacedSeal);
});

it('refuses a token that was moved to another subject', () => {
  const { email } = sealFields(type, fields, { email: 'ada@example.org' }, ada);
  const moved = { email: { ...(email as JsonObject), $sealed: 'user-bob' } };
  expect(() => unsealFields(type, fields, moved, () => newDataKey())).toThrow(InvalidFernetToken);
});

it('refuses content that it did not write', () => {
  for (const content of [
    'no JSON',
    '"text"',
    '[]',
    '["a","b","c"]',
    `["${type}","email"]`,
    `["${type}","email",1,2]`,
  ]) {
    const data = { email: { $sealed: ada.subject, token: encryptFernet(ada.key, content) } };
    expect(() => unsealFields(type, fields, data, keyOfAda)).toThrow(MisplacedSeal);
  }
});

it('keeps a named field that an older event holds open', () => {
  expect(unsealFields(type, fields, { email: 'open@example.org' }, keyOfAda)).toEqual({ email: 'open@example.org' });
});

it('leaves alone what only looks sealed in a field that is not', () => {
  const data = { open: { $sealed: 'user-bob', token: 'x' } };
  expect(unsealFields(type, fields, data, keyOfAda)).toEqual(data);
  expect(subjectsOf(fields, data)).toEqual([]);
});

it('seals a value that itself looks sealed', () => {
  const data = { profile: { $sealed: 'user-bob', token: 'x' } };
  const sealed = sealFields(type, fields, data, ada);
  expect(subjectsOf(fields, sealed)).toEqual([ada.subject]);
  expect(unsealFields(type, fields, sealed, keyOfAda)).toEqual(data);
});

it('lists each subject once', () => {
  const bob = { subject: 'user-bob', key: newDataKey() };
  const sealed = {
    ...sealFields(type, ['email', 'realName'], { email: 'a', realName: 'b', open: 1 }, ada),
    ...sealFields(type, ['profile'], { profile: 'c' }, bob),
  };
  expect(subjectsOf(fields, sealed)).toEqual(['user-ada', 'user-bob']);
});

it.each([null, 'x', 1, [], {}, { $sealed: 'a' }, { $sealed: 1, token: 'x' }, { $sealed: 'a', token: 'x', more: 1 }])(
  'does not take %j for sealed',
  (value) => expect(isSealed(value as never)).toBe(false),
);
