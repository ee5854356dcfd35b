import type { Browser, Page } from 'playwright-core';
import { everywhere, expectFits, expectGood, inBrowser, launchBrowser, screens, withTab } from '../kit/browser.js';
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

  /** Opens a page, does something there, and looks at the result. */
  const look = (
    path: string,
    screen: keyof typeof screens,
    colorScheme: 'light' | 'dark',
    act: (page: Page) => Promise<void>,
  ) =>
    withTab(browser, server.url, { viewport: screens[screen], colorScheme }, async (page) => {
      await page.goto(path, { waitUntil: 'networkidle' });
      await act(page);
      const name = `${path === '/' ? 'start' : path.slice(1)}-${screen}-${colorScheme}`;
      // The editor is not ours to judge.
      if (path === '/graphql') await expectFits(page);
      else await expectGood(page, name);
    });

  it.each(everywhere)('the start page fits a %s in %s', (screen, colorScheme) =>
    look('/', screen, colorScheme, async (page) => {
      expect(await page.title()).toMatch(/^Waybill · localhost:\d+$/);
      expect(await page.locator('h1').innerText()).toBe('Waybill');
      await page.getByRole('link', { name: 'open the query editor' }).waitFor();
    }),
  );

  it.each(everywhere)('the query editor runs a query on a %s in %s', (screen, colorScheme) =>
    look('/graphql', screen, colorScheme, async (page) => {
      await page.locator('.graphiql-query-editor .CodeMirror').click();
      await page.keyboard.press('Control+A');
      // The name stays that of the first query: the editor notices another one only after a moment.
      await page.keyboard.type('query WhoAmI { viewer { username } __typename }');
      await page.keyboard.press('Control+Enter');
      await eventually(async () => {
        expect(await page.locator('.result-window').innerText()).toContain('"__typename": "Query"');
      });
    }),
  );

  it('the editor shows the documentation of the schema', () =>
    look('/graphql', 'desktop', 'light', async (page) => {
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
      await page.getByText('createNamespace').or(page.getByText('Mutation')).first().waitFor();
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
