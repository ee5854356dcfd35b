import type { Page } from 'playwright-core';
import { inBrowser } from '../../kit/browser.js';
import { startCallbackServer, type CallbackServer } from '../../kit/callback-server.js';
import { failedStatus, logIn, newNonce, startPages, type PagesKit } from './kit.js';

inBrowser('the page that lets a program in', () => {
  let kit: PagesKit;
  let callback: CallbackServer;

  beforeAll(async () => void (kit = await startPages()));
  afterAll(() => kit?.close());
  beforeEach(async () => void (callback = await startCallbackServer()));
  afterEach(() => callback.close());

  const inTab = (options: { javaScriptEnabled?: boolean; expected?: RegExp }, act: (page: Page) => Promise<void>) =>
    kit.inTab({ ...options, allow: ['http://localhost:'] }, act);

  const heading = (page: Page) => page.locator('h1').innerText();
  const whoHas = async (token: string) =>
    (await kit.server.askAs(token)('{ viewer { username } }')).data.viewer?.username;

  it('asks a stranger to log in first, and comes back', () =>
    inTab({}, async (page) => {
      await page.goto(await newNonce(kit.server, callback.url, 'my <b>tool</b>'));
      expect(new URL(page.url()).pathname).toBe('/login');
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('Password').fill(kit.ada.password);
      await page.getByRole('button', { name: 'Log in' }).click();
      expect(await heading(page)).toBe('Log a program in?');
      const text = await page.locator('main').innerText();
      for (const fact of ['my <b>tool</b>', 'ada', new URL(callback.url).host]) expect(text).toContain(fact);
      expect(callback.requests).toEqual([]);
    }));

  it('hands the program a token that works, by one POST', () =>
    inTab({}, async (page) => {
      await logIn(page, kit.ada);
      await page.goto(await newNonce(kit.server, callback.url));
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('wasmer-cli is logged in. You can close this tab.').waitFor();
      expect(callback.requests.map(({ method }) => method)).toEqual(['OPTIONS', 'POST']);
      const answer = JSON.parse(callback.requests[1]!.body);
      expect(answer).toEqual({ status: 'authorized', token: expect.stringMatching(/^wba_\w{36}$/) });
      expect(await whoHas(answer.token)).toBe('ada');
      expect(await page.content()).not.toContain(answer.token);
    }));

  it('tells the program of a no, which then cannot be approved any more', () =>
    inTab({ expected: failedStatus }, async (page) => {
      await logIn(page, kit.ada);
      const path = await newNonce(kit.server, callback.url);
      await page.goto(path);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('wasmer-cli is not logged in. You can close this tab.').waitFor();
      expect(callback.requests.at(-1)).toEqual({ method: 'POST', body: '{"status":"cancelled"}' });
      await page.goto(path);
      expect(await heading(page)).toBe('This login request is answered');
    }));

  it('shows the token once when the program cannot be reached', () =>
    inTab({ expected: /ERR_CONNECTION_REFUSED/ }, async (page) => {
      await callback.close();
      await logIn(page, kit.ada);
      await page.goto(await newNonce(kit.server, callback.url));
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('This page could not reach wasmer-cli.').waitFor();
      const line = await page.locator('pre').innerText();
      expect(line).toMatch(/^wasmer login --registry http:\/\/localhost:\d+\/graphql wba_\w{36}$/);
      expect(await whoHas(line.split(' ').at(-1)!)).toBe('ada');
    }));

  it('without script shows the token, and never leads to the program', () =>
    inTab({ javaScriptEnabled: false }, async (page) => {
      await logIn(page, kit.ada);
      await page.goto(await newNonce(kit.server, callback.url));
      await page.getByRole('button', { name: 'Approve' }).click();
      const line = await page.locator('pre').innerText();
      expect(await whoHas(line.split(' ').at(-1)!)).toBe('ada');
      expect(await page.locator(`a[href^="${callback.url}"]`).count()).toBe(0);
      expect(callback.requests).toEqual([]);
    }));

  it('approves once: a reload finds the request answered', () =>
    inTab({ expected: failedStatus }, async (page) => {
      await logIn(page, kit.ada);
      await page.goto(await newNonce(kit.server, callback.url));
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('You can close this tab').waitFor();
      await page.reload();
      expect(await heading(page)).toBe('This login request is answered');
      expect(callback.requests).toHaveLength(2);
    }));

  it('lets the script ask the one origin of the callback, and no page more', () =>
    inTab({}, async (page) => {
      await logIn(page, kit.ada);
      const asked = await page.goto(await newNonce(kit.server, callback.url));
      expect(asked!.headers()['content-security-policy']).not.toMatch(/script-src|connect-src/);
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.getByRole('button', { name: 'Approve' }).click();
      const policy = (await answered).headers()['content-security-policy'];
      expect(policy).toMatch(new RegExp(`; script-src 'self'; connect-src ${callback.url}$`));
    }));

  it.each([
    [
      'an unknown request',
      (path: string) => path.replace(/nonce=\w+/, 'nonce=nnc_unknown'),
      'There is no such login request',
    ],
    ['a wrong secret', (path: string) => path.replace(/.$/, 'x'), 'There is no such login request'],
    ['half an address', () => '/auth/cli', 'There is no such login request'],
  ])('says so of %s', (_, changed, title) =>
    inTab({ expected: failedStatus }, async (page) => {
      await logIn(page, kit.ada);
      await page.goto(changed(await newNonce(kit.server, callback.url)));
      expect(await heading(page)).toBe(title);
      await page.getByText('wasmer login', { exact: true }).waitFor();
    }),
  );

  it('says so of an expired request, before and after the question', () =>
    inTab({ expected: failedStatus }, async (page) => {
      await logIn(page, kit.ada);
      const path = await newNonce(kit.server, callback.url);
      await page.goto(path);
      await kit.server.database.pool.query("UPDATE store.nonces SET expires_at = now() - interval '1 second'");
      await page.getByRole('button', { name: 'Approve' }).click();
      expect(await heading(page)).toBe('This login request has expired');
      await page.goto(path);
      expect(await heading(page)).toBe('This login request has expired');
    }));

  it('can be answered as somebody else', () =>
    inTab({}, async (page) => {
      await logIn(page, kit.ada);
      await page.goto(await newNonce(kit.server, callback.url));
      await page.getByRole('link', { name: 'use another' }).click();
      await page.getByText('You are logged in as').waitFor();
      await page.getByRole('link', { name: 'Go on as ada' }).click();
      expect(await heading(page)).toBe('Log a program in?');
    }));
});
