import type { Browser, Page } from 'playwright-core';
import { launchBrowser, withTab, type TabOptions } from '../../kit/browser.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';

/** A server, a browser, and Ada's account. */
export type PagesKit = {
  server: AccountsServer;
  browser: Browser;
  ada: TestAccount;
  /** A fresh browser profile; what the browser complains about fails the test. */
  inTab(options: TabOptions, act: (page: Page) => Promise<void>): Promise<void>;
  close(): Promise<void>;
};

export async function startPages(env: Record<string, string> = {}): Promise<PagesKit> {
  const server = await startAccounts(env);
  const browser = await launchBrowser();
  const ada = await account(server, 'ada');
  return {
    server,
    browser,
    ada,
    inTab: (options, act) => withTab(browser, server.url, options, act),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** What Chromium says in its console of every page that comes with an error status. */
export const failedStatus = /^Failed to load resource: the server responded with a status of 4\d\d/;

export async function logIn(page: Page, { username, password }: { username: string; password: string }): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL('**/settings');
}

/** Makes a login request of a program, as `wasmer login` does. @returns path and query of its page */
export async function newNonce(server: AccountsServer, callbackUrl: string, name = 'wasmer-cli'): Promise<string> {
  const make = `mutation ($input: NewNonceInput!) { newNonce(input: $input) { nonce { authUrl } } }`;
  const { data } = await server.ask(make, { input: { name, callbackUrl } });
  const { pathname, search } = new URL(data.newNonce.nonce.authUrl);
  return pathname + search;
}
