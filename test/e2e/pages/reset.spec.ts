import type { Page } from 'playwright-core';
import { inBrowser } from '../../kit/browser.js';
import { decodeId } from '../../../src/core/ids/global-id.js';
import { eventually } from '../../kit/eventually.js';
import { json } from '../../kit/operator.js';
import { account, type TestAccount } from '../accounts/kit.js';
import { openLinks, type Links } from '../accounts/links.js';
import { linkIn, waybillOf } from '../mail/kit.js';
import { failedStatus, logIn, startPages, type PagesKit } from './kit.js';

inBrowser('links that came by mail', () => {
  let kit: PagesKit;
  let links: Links;

  beforeAll(async () => {
    kit = await startPages();
    links = await openLinks(kit.server);
  });
  afterAll(() => kit?.close());

  const inTab = (act: (page: Page) => Promise<void>) =>
    kit.inTab({ expected: failedStatus, javaScriptEnabled: false }, act);
  const button = (page: Page, name: string) => page.getByRole('button', { name });
  const heading = (page: Page) => page.locator('h1').innerText();

  async function askForReset(page: Page, email: string): Promise<string> {
    await page.goto('/login');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail address').fill(email);
    await button(page, 'Send the mail').click();
    await page.waitForURL('**/auth/forgot?done=sent');
    return page.locator('main').innerText();
  }

  /** The link of the mail to an account: without a mail server it is kept for `waybill mail show`. */
  async function mailedLink({ id }: TestAccount, template: string): Promise<URL> {
    const waybill = waybillOf(kit.server, kit.server.database);
    const userId = `user-${decodeId('User', id)}`;
    return eventually(async () => {
      const mails = json(await waybill('mail', 'list', '--json'));
      const mail = mails.find((each: any) => each.template === template && each.userId === userId);
      expect(mail).toBeDefined();
      return linkIn((await waybill('mail', 'show', String(mail.number))).stdout);
    });
  }

  it('set a password, log in, and end all other sessions', () =>
    inTab(async (page) => {
      const grace = await account(kit.server, 'grace');
      await askForReset(page, grace.email);
      const link = await mailedLink(grace, 'password-reset');
      expect(link.pathname).toBe('/auth/reset');
      const token = link.searchParams.get('token')!;
      // What a program does that looks into mails.
      for (let looks = 0; looks < 3; looks++) await fetch(`${kit.server.url}/auth/reset?token=${token}`);
      await page.goto(`/auth/reset?token=${token}`);
      await page.getByLabel('New password').fill('grace');
      await button(page, 'Set the password').click();
      expect(await page.locator('.problem').innerText()).toBe('Use at least 8 characters.');
      await page.getByLabel('New password').fill('a new nanosecond of wire');
      await button(page, 'Set the password').click();
      await page.getByText('Your new password is set.').waitFor();
      expect(new URL(page.url()).pathname).toBe('/settings');
      expect((await grace.ask('{ viewer { username } }')).data).toEqual({ viewer: null });
      await page.goto(`/auth/reset?token=${token}`);
      expect(await heading(page)).toBe('This link is not valid');
      await logIn(page, { ...grace, password: 'a new nanosecond of wire' });
    }));

  it('are promised in the same words to those who have no account', () =>
    inTab(async (page) => {
      const known = await askForReset(page, kit.ada.email);
      expect(await askForReset(page, 'nobody@example.com')).toBe(known);
    }));

  it.each(['used', 'expired', 'cut', 'made up', 'missing'])('that are %s set no password', (what) =>
    inTab(async (page) => {
      const of = await account(kit.server, `user-${what.replace(' ', '-')}`);
      const expired = await links.expired(of, 'password-reset');
      const tokens: Record<string, string> = { expired, cut: expired.slice(0, -1), 'made up': `wbl_${'A'.repeat(64)}` };
      const token = tokens[what] ?? '';
      await page.goto(`/auth/reset?token=${token}`);
      expect(await heading(page)).toBe('This link is not valid');
      const headers = { 'sec-fetch-site': 'same-origin' };
      const body = new URLSearchParams({ token, password: 'correct horse battery' });
      const response = await fetch(`${kit.server.url}/auth/reset`, { method: 'POST', headers, body });
      expect([response.status, await response.text()]).toEqual([
        400,
        expect.stringContaining('This link is not valid'),
      ]);
      await page.getByRole('link', { name: 'Ask for a new link' }).click();
      expect(await heading(page)).toBe('Forgot your password?');
    }),
  );

  it('confirm an address by a button, not by being opened', () =>
    inTab(async (page) => {
      await logIn(page, kit.ada);
      await page.getByText('(not confirmed)').waitFor();
      await button(page, 'Send the mail').click();
      await page.getByText('A mail with a link is on its way').waitFor();
      const token = await links.newest(kit.ada, 'email-validation', 2);
      await page.goto(`/auth/email?token=${token}`);
      await page.goto('/settings');
      await page.getByText('(not confirmed)').waitFor();
      await page.goto(`/auth/email?token=${token}`);
      await button(page, 'Confirm').click();
      expect(await heading(page)).toBe('Your address is confirmed');
      await page.goto('/settings');
      await page.getByText('confirmed', { exact: true }).waitFor();
      await page.goto('/auth/email?token=nonsense');
      await button(page, 'Confirm').click();
      expect(await heading(page)).toBe('This link is not valid');
    }));

  it('a password is changed by who knows it, and this browser stays logged in', () =>
    inTab(async (page) => {
      const alan = await account(kit.server, 'alan');
      await logIn(page, alan);
      await page.goto('/settings/password');
      const change = async (old: string, fresh: string) => {
        await page.getByLabel('Current password').fill(old);
        await page.getByLabel('New password').fill(fresh);
        await button(page, 'Change the password').click();
      };
      await change('not it', 'bombe and colossus');
      expect(await page.locator('.problem').innerText()).toBe('This is not your current password.');
      await change(alan.password, 'password123');
      expect(await page.locator('.problem').innerText()).toContain('most common passwords');
      await change(alan.password, 'bombe and colossus');
      await page.getByText('Your password is changed.').waitFor();
      expect((await alan.ask('{ viewer { username } }')).data).toEqual({ viewer: null });
    }));
});
