import type { Browser } from 'playwright-core';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../e2e/accounts/kit.js';
import { logIn } from '../e2e/pages/kit.js';
import { launchBrowser, withTab } from '../kit/browser.js';
import { eventually } from '../kit/eventually.js';
import { wasmerCli, type WasmerCli } from './wasmer.js';

let server: AccountsServer;
let ada: TestAccount;
let browser: Browser;
let wasmer: WasmerCli;

beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
  browser = await launchBrowser();
});

beforeEach(() => void (wasmer = wasmerCli(server.graphqlUrl)));
afterEach(() => wasmer.remove());

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Starts `wasmer login` and answers on the page that it opens. @returns what it printed in the end */
async function answerLogin(button: string, outcome: string): Promise<string> {
  const login = wasmer.start('login');
  const address = await eventually(() => {
    const [found] = /http:\S+\/auth\/cli\?\S+/.exec(login.output()) ?? [];
    if (!found) throw new Error(`No address yet:\n${login.output()}`);
    return Promise.resolve(new URL(found));
  });
  await withTab(browser, server.url, { allow: ['http://localhost:'] }, async (page) => {
    await logIn(page, ada);
    await page.goto(address.pathname + address.search);
    await page.getByRole('button', { name: button }).click();
    await page.getByText(outcome).waitFor();
  });
  return (await login.exited).output;
}

it('logs in by way of the browser', async () => {
  expect(await answerLogin('Approve', 'wasmer-cli is logged in.')).toContain('"ada"');
  expect((await wasmer.run('whoami')).output).toContain('as user ada');
});

it('is told of a no', async () => {
  expect(await answerLogin('Cancel', 'wasmer-cli is not logged in.')).toMatch(/cancel/i);
  expect((await wasmer.run('whoami')).output).toContain('Not logged in');
});
