import { isCallbackUrl } from './callback-url.js';

it.each([
  'http://localhost:8080',
  'http://localhost:1/',
  'https://localhost:65535/callback',
  'http://127.0.0.1:39999',
  'http://localhost:39999/a/b-c_d~e.f',
  'HTTP://LOCALHOST:80',
])('takes %s', (url) => {
  expect(isCallbackUrl(url)).toBe(true);
  expect(['localhost', '127.0.0.1']).toContain(new URL(url).hostname);
});

it.each([
  'http://localhost',
  'http://localhost:',
  'http://localhost:0',
  'http://localhost:65536',
  'http://localhost:123456',
  'ftp://localhost:21',
  'javascript:alert(1)//localhost:1',
  'http://example.com:80',
  'http://localhost.example.com:80',
  'http://localhost:80@example.com',
  'http://user@localhost:80',
  'http://user:pass@localhost:80',
  'http://localhost:80\\@example.com',
  'http://localhost:80/\\example.com',
  'http://localhost:80?state=1',
  'http://localhost:80/#x',
  'http://localhost:80/a b',
  'http://127.0.0.2:80',
  'http://0.0.0.0:80',
  'http://127.1:80',
  'http://[::1]:80',
  'http://[::ffff:127.0.0.1]:80',
  ' http://localhost:80',
  'http://localhost:80\n',
  '//localhost:80',
  '',
])('refuses %j', (url) => {
  expect(isCallbackUrl(url)).toBe(false);
});
