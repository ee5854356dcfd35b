import type { Browser } from 'playwright-core';
import { everywhere, expectGood, inBrowser, launchBrowser, screens, withTab } from '../../kit/browser.js';
import { account, startAccounts, type AccountsServer } from '../accounts/kit.js';

inBrowser('pages of accounts', () => {
  let server: AccountsServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await startAccounts();
    browser = await launchBrowser();
    await account(server, 'ada');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it.each(everywhere)('fit a %s in %s', async (screen, colorScheme) => {
    await withTab(
      browser,
      server.url,
      { viewport: screens[screen], colorScheme, expected: /status of 400/ },
      async (page) => {
        const good = (name: string) => expectGood(page, `${name}-${screen}-${colorScheme}`);
        await page.goto('/login');
        await good('login');
        await page.getByLabel('User name').fill('ada');
        await page.getByLabel('Password').fill('not it');
        await page.getByRole('button', { name: 'Log in' }).click();
        await good('login-wrong');
        await page.goto('/register');
        await good('register');
        await page.getByLabel('User name').fill('Ada!');
        await page.getByRole('button', { name: 'Register' }).click();
        await good('register-wrong');
      },
    );
  });
});
