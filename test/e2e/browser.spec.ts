import type { Browser, Page } from 'playwright-core';
import { expectFits, expectGood, inBrowser, launchBrowser, screens, withTab, type TabOptions } from '../kit/browser.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startServer, type TestServer } from '../kit/server.js';

inBrowser('in a browser', () => {
  let database: TestDatabase;
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startServer({ database });
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await database?.drop();
  });

  const inTab = (options: TabOptions, act: (page: Page) => Promise<void>) => withTab(browser, server.url, options, act);

  it('the start page is good on every screen in every scheme', () =>
    inTab({}, async (page) => {
      await page.goto('/', { waitUntil: 'networkidle' });
      expect(await page.title()).toMatch(/^Waybill · localhost:\d+$/);
      expect(await page.locator('h1').innerText()).toBe('Waybill');
      await page.getByRole('link', { name: 'open the query editor' }).waitFor();
      await expectGood(page, 'start');
    }));

  // The editor is not ours to judge, but it must fit: both screens, both schemes.
  it.each([
    ['desktop', 'light'],
    ['phone', 'dark'],
  ] as const)('the query editor runs a query on a %s in %s', (screen, colorScheme) =>
    inTab({ viewport: screens[screen], colorScheme }, async (page) => {
      await page.goto('/graphql', { waitUntil: 'networkidle' });
      await page.locator('.graphiql-query-editor .CodeMirror').click();
      await page.keyboard.press('Control+A');
      // The name stays that of the first query: the editor notices another one only after a moment.
      await page.keyboard.type('query WhoAmI { viewer { username } __typename }');
      await page.keyboard.press('Control+Enter');
      await eventually(async () => {
        expect(await page.locator('.result-window').innerText()).toContain('"__typename": "Query"');
      });
      await expectFits(page);
    }),
  );

  it('the editor shows the documentation of the schema', () =>
    inTab({}, async (page) => {
      await page.goto('/graphql', { waitUntil: 'networkidle' });
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
      await page.getByText('createNamespace').or(page.getByText('Mutation')).first().waitFor();
      await expectFits(page);
    }));

  it('an address that is not there says so in a page', async () => {
    const page = await browser.newPage({ viewport: screens.phone });
    const response = await page.goto(`${server.url}/nowhere`);
    expect(response!.status()).toBe(404);
    expect(await page.locator('h1').innerText()).toBe('404 Not Found');
    await page.getByRole('link', { name: 'Start page' }).click();
    expect(await page.locator('h1').innerText()).toBe('Waybill');
    await page.close();
  });
});
