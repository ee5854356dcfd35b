import type { SpooledFile } from './spool.js';
import { ReceivedUpload } from './upload.js';
import { placeAt } from './variable-path.js';

const anything = () => true;
const upload = new ReceivedUpload('a', 'text/plain', { hash: '', sizeBytes: 0 } as SpooledFile);

it('finds a place in objects and lists', () => {
  const variables = { input: { files: [null, null] } };
  expect(placeAt(variables, 'input.files.1', anything)).toMatchObject({ parent: variables.input.files, key: '1' });
  expect(placeAt(variables, 'input.new', anything)).toMatchObject({ parent: variables.input, key: 'new' });
});

it.each([
  '__proto__',
  '__proto__.polluted',
  'constructor.prototype.polluted',
  'list.__proto__.polluted',
  'list.length.x',
  'list.7',
  'text.x',
  'file.x',
  'file.filename.x',
  'missing.x',
  'a..b',
])('finds none at %s', (path) => {
  const variables = { list: [null], text: 'x', file: upload, a: {} };
  expect(() => placeAt(variables, path, anything)).toThrow(expect.objectContaining({ code: 'BAD_MULTIPART' }));
});

it('asks whether the place is free', () => {
  expect(() => placeAt({ text: 'x' }, 'text', (value) => value === null)).toThrow('is null');
});
