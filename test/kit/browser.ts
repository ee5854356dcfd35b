import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const mayLookAtPages = executablePath !== undefined || process.env.CI === 'true';
if (!mayLookAtPages)
  console.warn('SKIPPED, for there is no chromium (apt-get install chromium): the pages in a browser.');

/** `describe` where there is a chromium. */
export const inBrowser = mayLookAtPages ? describe : describe.skip;

export const screens = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
};

/** Each page must hold on all of them. */
const everywhere: [keyof typeof screens, 'light' | 'dark'][] = [
  ['desktop', 'light'],
  ['desktop', 'dark'],
  ['phone', 'light'],
  ['phone', 'dark'],
];

/** @throws Error when there is no chromium. */
export async function launchBrowser(): Promise<Browser> {
  if (!executablePath) throw new Error('There is no chromium: apt-get install chromium.');
  // Root has no user namespaces to put the sandbox in.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

export type TabOptions = BrowserContextOptions & {
  /** Other servers that the page may talk to, as beginnings of addresses. */
  allow?: string[];
  /** Complaints that the test provokes: those that match are no failure. */
  expected?: RegExp;
};

/**
 * A fresh browser profile with one tab, for one test. Whatever the browser complains about fails the test: errors and warnings of the
 * console, violations of the content policy among them, failed requests, and requests to other servers.
 */
export async function withTab(
  browser: Browser,
  baseURL: string,
  options: TabOptions,
  act: (page: Page) => Promise<void>,
): Promise<void> {
  const { allow = [], expected, ...contextOptions } = options;
  const context = await browser.newContext({ viewport: screens.desktop, baseURL, ...contextOptions });
  const complaints: string[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on('request', (request) => {
    const isAllowed = [baseURL, 'data:', 'blob:', ...allow].some((start) => request.url().startsWith(start));
    if (!isAllowed) complaints.push(`a request to ${request.url()}`);
  });
  try {
    await act(page);
    expect(complaints.filter((complaint) => !expected?.test(complaint))).toEqual([]);
  } finally {
    await context.close();
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it stands. */
async function violationsOf(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  const found = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { html: string }[] }[] };
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

/** A page must not have to be moved sideways. */
export async function expectFits(page: Page): Promise<void> {
  const [scroll, inner] = (await page.evaluate(
    '[document.documentElement.scrollWidth, window.innerWidth]',
  )) as number[];
  expect(scroll).toBeLessThanOrEqual(inner!);
}

/** Keeps a picture to look at in the folder that WAYBILL_TEST_SCREENSHOTS names, if it names one. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.WAYBILL_TEST_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** The page as it stands, on every screen in every scheme: it fits, and axe finds nothing. Leaves it as on the last of them. */
export async function expectGood(page: Page, name: string): Promise<void> {
  for (const [screen, colorScheme] of everywhere) {
    const place = `${name}-${screen}-${colorScheme}`;
    await page.setViewportSize(screens[screen]);
    await page.emulateMedia({ colorScheme });
    await shoot(page, place);
    await expectFits(page);
    expect({ place, violations: await violationsOf(page) }).toEqual({ place, violations: [] });
  }
}
