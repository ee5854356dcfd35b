import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startServer, type TestServer } from '../kit/server.js';

/** The pages in a real browser. WAYBILL_TEST_SCREENSHOTS=<folder> keeps pictures to look at. */
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const mayLookAtPages = executablePath !== undefined || process.env.CI === 'true';
if (!mayLookAtPages)
  console.warn('SKIPPED, for there is no chromium (apt-get install chromium): the pages in a browser.');
const inBrowser = mayLookAtPages ? describe : describe.skip;

const screens = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
};

inBrowser('in a browser', () => {
  let database: TestDatabase;
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    if (!executablePath) throw new Error('There is no chromium: apt-get install chromium.');
    database = await createTestDatabase();
    server = await startServer({ database });
    // Root has no user namespaces to put the sandbox in.
    browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await database?.drop();
  });

  /** Opens a page; everything that the browser complains about fails the test. */
  async function look(
    path: string,
    screen: keyof typeof screens,
    colorScheme: 'light' | 'dark',
    act: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({ viewport: screens[screen], colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url)) complaints.push(request.url());
    });
    try {
      await page.goto(server.url + path, { waitUntil: 'networkidle' });
      await act(page);
      const folder = process.env.WAYBILL_TEST_SCREENSHOTS ?? process.env.WAYBILL_TEST_SCRATCH ?? tmpdir();
      const name = `${path === '/' ? 'start' : path.slice(1).replaceAll('/', '-')}-${screen}-${colorScheme}.png`;
      await page.screenshot({ path: join(folder, name) });
      expect(complaints).toEqual([]);
      const { scroll, inner } = (await page.evaluate(
        '({ scroll: document.documentElement.scrollWidth, inner: window.innerWidth })' as never,
      )) as { scroll: number; inner: number };
      expect(scroll).toBeLessThanOrEqual(inner);
    } finally {
      await context.close();
    }
  }

  const everywhere = [
    ['desktop', 'light'],
    ['desktop', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const;

  it.each(everywhere)('the start page fits a %s in %s', (screen, colorScheme) =>
    look('/', screen, colorScheme, async (page) => {
      expect(await page.title()).toBe('Waybill');
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
    expect(await page.title()).toBe('Waybill');
    await page.close();
  });
});
