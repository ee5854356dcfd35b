import type { Page } from 'playwright-core';
import { inBrowser } from '../../kit/browser.js';
import { startAccounts } from '../accounts/kit.js';
import { failedStatus, logIn, startPages, type PagesKit } from './kit.js';

inBrowser.each([true, false])('pages of accounts, script: %s', (javaScriptEnabled) => {
  let kit: PagesKit;

  beforeAll(async () => void (kit = await startPages()));
  afterAll(() => kit?.close());

  const inTab = (act: (page: Page) => Promise<void>) => kit.inTab({ javaScriptEnabled, expected: failedStatus }, act);
  const button = (page: Page, name: string) => page.getByRole('button', { name });
  const problem = (page: Page, label: string) =>
    page.locator('.field', { hasText: label }).locator('.problem').innerText();

  it('registers, and keeps all that was typed but the password when it is refused', () =>
    inTab(async (page) => {
      await page.goto('/register?next=/settings/sessions');
      expect(await page.title()).toMatch(/^Register · localhost:\d+$/);
      await page.getByLabel('User name').fill('ADA');
      await page.getByLabel('E-mail address').fill('grace@example.com');
      await page.getByLabel('Full name').fill('Grace "Amazing" Hopper');
      await page.getByLabel('Password').fill('a nanosecond of wire');
      await button(page, 'Register').click();
      expect(await page.title()).toMatch(/^Error: Register · /);
      expect(await problem(page, 'User name')).toBe('This name is taken.');
      expect(await page.getByRole('alert').innerText()).toContain('User name: This name is taken.');
      const input = page.getByLabel('User name');
      expect(await input.getAttribute('aria-invalid')).toBe('true');
      expect(await input.getAttribute('aria-describedby')).toBe('username-hint username-problem');
      expect(await page.getByLabel('Full name').inputValue()).toBe('Grace "Amazing" Hopper');
      expect(await page.getByLabel('Password').inputValue()).toBe('');
      await input.fill('grace');
      await page.getByLabel('Password').fill('a nanosecond of wire');
      await button(page, 'Register').click();
      await page.waitForURL('**/settings/sessions');
      await page.getByRole('link', { name: 'grace' }).waitFor();
    }));

  it.each([
    ['User name', 'settings', 'This name cannot be used.'],
    ['E-mail address', 'ada@example.com', 'There is an account with this e-mail address.'],
    ['E-mail address', 'no address', 'Write an e-mail address'],
    ['Password', 'short', 'Use at least 8 characters.'],
    ['Password', 'password123', 'The password cannot be used: must not be one of the most common passwords.'],
  ])('refuses at %s: %s', (label, value, text) =>
    inTab(async (page) => {
      await page.goto('/register');
      await page.getByLabel('User name').fill('someone');
      await page.getByLabel('E-mail address').fill('someone@example.com');
      await page.getByLabel('Password').fill('correct horse battery');
      await page.getByLabel(label).fill(value);
      await button(page, 'Register').click();
      expect(await problem(page, label)).toContain(text);
    }),
  );

  it('a form that is sent twice opens one account, and logs in', () =>
    inTab(async (page) => {
      await page.goto('/register');
      await page.getByLabel('User name').fill('twice');
      await page.getByLabel('E-mail address').fill('twice@example.com');
      await page.getByLabel('Password').fill('correct horse battery');
      const sent = page.waitForRequest((request) => request.method() === 'POST');
      await button(page, 'Register').click();
      await page.waitForURL('**/settings');
      const body = (await sent).postData()!;
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
      const repeated = await fetch(`${kit.server.url}/register`, { method: 'POST', redirect: 'manual', headers, body });
      expect([repeated.status, repeated.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('=wbr_')]);
    }));

  it('tells a wrong password and an unknown name in the same words', () =>
    inTab(async (page) => {
      const tryAs = async (name: string) => {
        await page.goto('/login');
        await page.getByLabel('User name').fill(name);
        await page.getByLabel('Password').fill('not it at all');
        await button(page, 'Log in').click();
        expect(await page.getByLabel('User name').inputValue()).toBe(name);
        return page.getByRole('alert').innerText();
      };
      const wrong = await tryAs('ada');
      expect(wrong).toContain('User name and password do not');
      expect(await tryAs('nobody-here')).toBe(wrong);
    }));

  it('makes a token, shows it once, lists and revokes it', () =>
    inTab(async (page) => {
      await logIn(page, kit.ada);
      await page.goto('/settings/access-tokens');
      await page.getByText('You have no access token yet.').waitFor();
      await page.getByLabel('What is it for?').fill('CI & <more>');
      await button(page, 'Make a token').click();
      const token = await page.locator('pre').first().innerText();
      const ask = kit.server.askAs(token);
      expect((await ask('{ viewer { username } }')).data.viewer).toEqual({ username: 'ada' });
      await page.reload();
      await page.getByText('This token was made and shown before.').waitFor();
      await page.getByRole('link', { name: 'list' }).click();
      expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['CI & <more>']);
      await page.locator('summary').click();
      await button(page, 'Revoke for good').click();
      await page.getByText('The token is revoked.').waitFor();
      await page.getByText('You have no access token yet.').waitFor();
      expect((await ask('{ viewer { username } }')).data).toEqual({ viewer: null });
    }));

  it("refuses to revoke another's token", () =>
    inTab(async (page) => {
      const register = `mutation { registerUser(input: { username: "eve", email: "eve@example.com", password: "correct horse of eve" }) { token } }`;
      const { data } = await kit.server.ask(register);
      const make = 'mutation { generateApiToken(input: {}) { token { id } } }';
      const made = await kit.server.askAs(data.registerUser.token)(make);
      await logIn(page, kit.ada);
      await page.goto('/settings/access-tokens');
      await page.getByLabel('What is it for?').fill('mine');
      await button(page, 'Make a token').click();
      await page.goto('/settings/access-tokens');
      const id = made.data.generateApiToken.token.id;
      await page.locator('summary').click();
      await page.locator('input[name=id]').evaluate((input: any, value) => (input.value = value), id);
      await button(page, 'Revoke for good').click();
      await page.getByText('There is no such token.').waitFor();
    }));

  it('lists sessions, ends one, and all others', () =>
    inTab(async (page) => {
      await logIn(page, kit.ada);
      await kit.inTab({}, async (other) => {
        await logIn(other, kit.ada);
        await page.goto('/settings/sessions');
        await page.getByText('This browser').waitFor();
        await page.getByRole('row', { name: 'Chrome' }).getByRole('button', { name: 'End' }).first().click();
        await page.getByText('The session is over.').waitFor();
        await other.goto('/settings');
        expect(new URL(other.url()).pathname).toBe('/login');
        await button(page, 'End all other sessions').click();
        await page.getByText('You are logged in nowhere else.').waitFor();
        expect(await page.getByRole('row').count()).toBe(2);
        expect((await kit.ada.ask('{ viewer { username } }')).data).toEqual({ viewer: null });
      });
    }));
});

it('an instance that takes no new accounts says so, and offers no way to one', async () => {
  const closed = await startAccounts({ WAYBILL_REGISTRATION: 'closed' });
  try {
    const start = await (await fetch(closed.url)).text();
    expect(start).toContain('href="/login"');
    expect(start + (await (await fetch(`${closed.url}/login`)).text())).not.toContain('href="/register');
    const page = await fetch(`${closed.url}/register`);
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('Registration is closed')]);
    const body = new URLSearchParams({ username: 'late', email: 'late@example.com', password: 'correct horse' });
    const headers = { 'sec-fetch-site': 'same-origin' };
    expect((await fetch(`${closed.url}/register`, { method: 'POST', headers, body })).status).toBe(403);
  } finally {
    await closed.close();
  }
});
