import type { Page } from 'playwright-core';
import { everywhere, expectGood, inBrowser, screens } from '../../kit/browser.js';
import { startCallbackServer } from '../../kit/callback-server.js';
import { failedStatus, logIn, newNonce, startPages, type PagesKit } from './kit.js';

inBrowser('every page', () => {
  let kit: PagesKit;

  beforeAll(async () => void (kit = await startPages()));
  afterAll(() => kit?.close());

  /** Each page on its own, so that a failure names the screen. */
  it.each(everywhere)('fits a %s in %s, and axe finds nothing', async (screen, colorScheme) => {
    const callback = await startCallbackServer();
    const options = { viewport: screens[screen], colorScheme, expected: failedStatus, allow: [callback.url] };
    try {
      await kit.inTab(options, async (page) => {
        const good = (name: string) => expectGood(page, `${name}-${screen}-${colorScheme}`);
        const look = async (name: string, path: string) => {
          await page.goto(path);
          await good(name);
        };
        await look('login', '/login');
        await page.getByRole('button', { name: 'Log in' }).click();
        await good('login-wrong');
        await look('register', '/register');
        await page.getByRole('button', { name: 'Register' }).click();
        await good('register-wrong');
        await logIn(page, kit.ada);
        await good('settings');
        await look('sessions', '/settings/sessions');
        await look('access-tokens-none', '/settings/access-tokens');
        await page.getByLabel('What is it for?').fill('CI of acme/website');
        await page.getByRole('button', { name: 'Make a token' }).click();
        await good('access-tokens-new');
        await look('access-tokens', '/settings/access-tokens');
        await page.locator('summary').first().click();
        await good('access-tokens-revoke');
        await look('approve', await newNonce(kit.server, callback.url));
        await approveGood(page, good);
        await look('approve-unreached', await newNonce(kit.server, 'http://localhost:9'));
        await look('approve-unknown', '/auth/cli?nonce=x&secret=y');
        await look('not-found', '/nowhere');
        await look('forgot', '/auth/forgot');
        await look('forgot-sent', '/auth/forgot?done=sent');
        await look('reset-invalid', '/auth/reset?token=x');
        await look('confirm-email', '/auth/email?token=x');
        await look('password', '/settings/password');
        await page.getByRole('button', { name: 'Change the password' }).click();
        await good('password-wrong');
        await page.goto('/settings/access-tokens');
        await page.locator('summary').first().click();
        await page.getByRole('button', { name: 'Revoke for good' }).first().click();
        await good('access-tokens-revoked');
      });
    } finally {
      await callback.close();
    }
  });

  async function approveGood(page: Page, good: (name: string) => Promise<void>): Promise<void> {
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('You can close this tab').waitFor();
    await good('approved');
  }
});
