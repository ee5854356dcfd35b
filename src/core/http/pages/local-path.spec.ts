import { localPath } from './local-path.js';

it.each([
  ['/settings', '/settings'],
  ['/auth/cli?nonce=a&secret=b%2Fc', '/auth/cli?nonce=a&secret=b%2Fc'],
  ['/a/../settings', '/settings'],
  ['/settings#there', '/settings'],
])('%s is ours', (wanted, path) => {
  expect(localPath(wanted, '/')).toBe(path);
});

it.each([
  'https://else.where/',
  '//else.where',
  '/\\else.where',
  '\\\\else.where',
  '/\t/else.where',
  '/\n//else.where',
  '/.//else.where',
  '/a/..//else.where',
  ' //else.where',
  'javascript:alert(1)',
  'settings',
  '',
  undefined,
  ['/settings'],
])('%j is not', (wanted) => {
  expect(localPath(wanted, '/')).toBe('/');
});
