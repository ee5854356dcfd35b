import { errorCatalogue, everyErrorCode } from './catalogue.js';
import { refuse as refuseCore } from './core.errors.js';
import { Refusal } from './refusal.js';

const { refuse } = errorCatalogue({
  TEST_TAKEN: { message: 'The name is taken.', help: 'Choose another one.' },
});

it('makes a refusal with the text of its entry', () => {
  const refusal = refuse('TEST_TAKEN', { field: 'name', rule: 'unique' });
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({
    name: 'Refusal',
    code: 'TEST_TAKEN',
    message: 'The name is taken.',
    details: { field: 'name', rule: 'unique' },
  });
});

it('takes another text for one case, and has no details by default', () => {
  expect(refuse('TEST_TAKEN', undefined, 'acme is taken.')).toMatchObject({ message: 'acme is taken.', details: {} });
});

it('makes, but does not throw', () => {
  expect(() => refuse('TEST_TAKEN')).not.toThrow();
});

it('refuses a code that is declared twice, in whatever silo', () => {
  const entry = { message: 'm', help: 'h' };
  expect(() => errorCatalogue({ TEST_TAKEN: entry })).toThrow('The error code TEST_TAKEN is declared twice.');
  expect(() => errorCatalogue({ FORBIDDEN: entry })).toThrow('The error code FORBIDDEN is declared twice.');
  expect(everyErrorCode().get('TEST_TAKEN')?.help).toBe('Choose another one.');
});

it('lists the codes of every catalogue that is loaded', () => {
  expect([...everyErrorCode().keys()]).toEqual(expect.arrayContaining(['TEST_TAKEN', 'BAD_USER_INPUT', 'CONFLICT']));
});

it('has a text and a help for every code, and its refusals carry them', () => {
  for (const [code, { message, help }] of everyErrorCode()) expect([code, message, help]).not.toContain('');
  expect(refuseCore('UNAUTHENTICATED').message).toBe(everyErrorCode().get('UNAUTHENTICATED')?.message);
});
