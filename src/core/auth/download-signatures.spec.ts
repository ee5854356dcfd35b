import { DownloadSignatures } from './download-signatures.js';

const signatures = new DownloadSignatures(Buffer.alloc(32, 1));
const parsed = (query: string) =>
  Object.fromEntries(new URLSearchParams(query)) as { expires: string; signature: string };
const given = parsed(signatures.query('pkv_one', 2_000));
const isValid = (query: object, id = 'pkv_one', now = 1_999) => signatures.isValid(id, query, now);

it('holds for its id, until it is over', () => {
  expect(isValid(given)).toBe(true);
  expect(isValid(given, 'pkv_one', 2_000)).toBe(false);
  expect(isValid(given, 'pkv_two')).toBe(false);
});

it.each([
  ['of another moment', { ...given, expires: '2001' }],
  ['of the same moment in another form', { ...given, expires: '02000' }],
  ['of another key', parsed(new DownloadSignatures(Buffer.alloc(32, 2)).query('pkv_one', 2_000))],
  ['cut short', { ...given, signature: given.signature.slice(0, -4) }],
  ['with something behind it', { ...given, signature: `${given.signature}AAAA` }],
  ['twice', { ...given, signature: [given.signature, given.signature] }],
  ['with two moments', { ...given, expires: ['2000', '9000'] }],
  ['without a moment', { signature: given.signature }],
  ['that is missing', {}],
])('one %s does not', (_, query) => expect(isValid(query)).toBe(false));
