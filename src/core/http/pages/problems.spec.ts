import { Refusal } from '../../errors/refusal.js';
import { orRefusal, problemsOf } from './problems.js';

const fields = [
  { name: 'username', label: 'User name' },
  { name: 'password', label: 'Password' },
];

const textOf = (details: Record<string, unknown>, message = 'It is so.') =>
  problemsOf(new Refusal('ANY', message, details), fields).map(({ name, text }) => [name, text]);

it('a refusal belongs to its field, or to the whole form', () => {
  expect(problemsOf(undefined, fields)).toEqual([]);
  expect(textOf({ field: 'username' })).toEqual([['username', 'It is so.']]);
  expect(textOf({ field: 'elsewhere' })).toEqual([['', 'It is so.']]);
  expect(textOf({})).toEqual([['', 'It is so.']]);
});

it('of several violations each field shows its first', () => {
  const violations = [
    { field: 'username', rule: 'isString', message: 'username must be a string' },
    { field: 'username', rule: 'maxLength', message: 'username must be shorter than or equal to 39 characters' },
    { field: 'password', rule: 'minLength', message: 'password must be longer than or equal to 8 characters' },
  ];
  expect(textOf({ violations })).toEqual([
    ['username', 'Username must be a string'],
    ['password', 'Use at least 8 characters.'],
  ]);
});

it.each([
  [{ rule: 'isEmail' }, 'Write an e-mail address, such as name@example.com.'],
  [{ rule: 'maxBytes 1024' }, 'Use at most 1024 characters.'],
  [{ rule: 'length 2 to 39' }, 'It is so. The rule is: length 2 to 39.'],
  [{ retryAfterSeconds: 61 }, 'There were too many tries. Try again in 61 seconds.'],
  [{ retryAfterSeconds: 899 }, 'There were too many tries. Try again in 15 minutes.'],
  [{ retryAfterSeconds: 7000 }, 'There were too many tries. Try again in 2 hours.'],
])('%j: %s', (details, text) => {
  expect(textOf(details)).toEqual([['', text]]);
});

it('orRefusal gives the result or the refusal, and lets everything else through', async () => {
  const refusal = new Refusal('ANY', 'no');
  expect(await orRefusal(async () => 1)).toBe(1);
  expect(await orRefusal(() => Promise.reject(refusal))).toBe(refusal);
  await expect(orRefusal(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
});
