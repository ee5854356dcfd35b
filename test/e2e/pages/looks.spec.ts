import type { Page } from 'playwright-core';
import { expectGood, inBrowser } from '../../kit/browser.js';
import { startCallbackServer, type CallbackServer } from '../../kit/callback-server.js';
import { openLinks, type Links } from '../accounts/links.js';
import { failedStatus, logIn, newNonce, startPages, type PagesKit } from './kit.js';

inBrowser('on every screen in every scheme axe finds nothing and nothing sticks out', () => {
  let kit: PagesKit;
  let links: Links;
  let callback: CallbackServer;

  beforeAll(async () => {
    kit = await startPages();
    links = await openLinks(kit.server);
    callback = await startCallbackServer();
  });

  afterAll(async () => {
    await callback?.close();
    await kit?.close();
  });

  /** Opens each page and looks at it; `null` looks at what the step before led to. */
  async function look(act: (page: Page, see: (name: string, path?: string) => Promise<void>) => Promise<void>) {
    const expected = new RegExp(`${failedStatus.source}|ERR_UNSAFE_PORT`);
    await kit.inTab({ expected, allow: ['http://localhost:'] }, (page) =>
      act(page, async (name, path) => {
        if (path !== undefined) await page.goto(path);
        await expectGood(page, name);
      }),
    );
  }

  const press = (page: Page, name: string) => page.getByRole('button', { name }).first().click();

  it('pages of strangers', () =>
    look(async (page, see) => {
      await see('login', '/login');
      await press(page, 'Log in');
      await see('login-wrong');
      await see('register', '/register');
      await press(page, 'Register');
      await see('register-wrong');
      await see('not-found', '/nowhere');
    }));

  it('pages of links', () =>
    look(async (page, see) => {
      await see('forgot', '/auth/forgot');
      await see('forgot-sent', '/auth/forgot?done=sent');
      await see('reset-invalid', '/auth/reset?token=x');
      await page.goto('/auth/forgot');
      await page.getByLabel('E-mail address').fill(kit.ada.email);
      await press(page, 'Send the mail');
      await see('reset', `/auth/reset?token=${await links.newest(kit.ada, 'password-reset', 1)}`);
      await see('confirm-email', '/auth/email?token=x');
      await see('email-confirmed', '/auth/email?done=confirmed');
    }));

  it('settings', () =>
    look(async (page, see) => {
      await logIn(page, kit.ada);
      await see('settings');
      await see('sessions', '/settings/sessions');
      await see('password', '/settings/password');
      await press(page, 'Change the password');
      await see('password-wrong');
    }));

  it('access tokens', () =>
    look(async (page, see) => {
      await logIn(page, kit.ada);
      await see('access-tokens-none', '/settings/access-tokens');
      await page.getByLabel('What is it for?').fill('CI of acme/website');
      await press(page, 'Make a token');
      await see('access-tokens-new');
      await page.goto('/settings/access-tokens');
      await page.locator('summary').click();
      await see('access-tokens');
      await press(page, 'Revoke for good');
      await see('access-tokens-revoked');
    }));

  it('the login of a program', () =>
    look(async (page, see) => {
      await logIn(page, kit.ada);
      await see('approve', await newNonce(kit.server, callback.url));
      await press(page, 'Approve');
      await page.getByText('You can close this tab').waitFor();
      await see('approved');
      // No browser talks to port 9.
      await page.goto(await newNonce(kit.server, 'http://localhost:9'));
      await press(page, 'Approve');
      await page.getByText('could not reach').waitFor();
      await see('approve-unreached');
      await page.goto(await newNonce(kit.server, callback.url));
      await press(page, 'Cancel');
      await page.getByText('You can close this tab').waitFor();
      await see('cancelled');
      await see('approve-unknown', '/auth/cli?nonce=x&secret=y');
    }));
});
