import type { Page } from 'playwright-core';
import { inBrowser } from '../../kit/browser.js';
import { startCallbackServer } from '../../kit/callback-server.js';
import { newNonce, startPages, type PagesKit } from './kit.js';

inBrowser('with nothing but a keyboard', () => {
  let kit: PagesKit;

  beforeAll(async () => void (kit = await startPages()));
  afterAll(() => kit?.close());

  /** Presses Tab until the focus is where it should be, and checks that it can be seen there. */
  async function tabTo(page: Page, name: string): Promise<void> {
    const focused = page.locator(':focus');
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      if ((await focused.count()) === 0) continue;
      const label = await focused.evaluate((element: any) =>
        [element.labels?.[0]?.textContent, element.textContent].join(' ').trim(),
      );
      if (!label.startsWith(name)) continue;
      const outline = await focused.evaluate((element) => (globalThis as any).getComputedStyle(element).outlineStyle);
      expect([name, outline]).toEqual([name, 'solid']);
      return;
    }
    throw new Error(`Tab never reaches ${name}.`);
  }

  async function press(page: Page, name: string): Promise<void> {
    await tabTo(page, name);
    await page.keyboard.press('Enter');
  }

  async function type(page: Page, name: string, text: string): Promise<void> {
    await tabTo(page, name);
    await page.keyboard.type(text);
  }

  it('one registers, logs out, logs in, and lets a program in', async () => {
    const callback = await startCallbackServer();
    try {
      await kit.inTab({ allow: [callback.url] }, async (page) => {
        await page.goto('/');
        await press(page, 'Register');
        await page.waitForURL('**/register');
        await type(page, 'User name', 'grace');
        await type(page, 'E-mail address', 'grace@example.com');
        await type(page, 'Password', 'a nanosecond of wire');
        await page.keyboard.press('Enter');
        await page.waitForURL('**/settings');
        await press(page, 'Log out');
        await page.waitForURL('**/login?done=logged-out');
        await page.goto(await newNonce(kit.server, callback.url));
        await type(page, 'User name', 'grace');
        await type(page, 'Password', 'a nanosecond of wire');
        await press(page, 'Log in');
        await page.waitForURL('**/auth/cli?*');
        await press(page, 'Approve');
        await page.getByText('wasmer-cli is logged in').waitFor();
      });
      expect(callback.requests.at(-1)).toMatchObject({ method: 'POST' });
    } finally {
      await callback.close();
    }
  });

  it('one comes to the content at once, and from an error to its field', () =>
    kit.inTab({ expected: /status of 400/ }, async (page) => {
      await page.goto('/register');
      await press(page, 'Skip to the content');
      await type(page, 'User name', 'x');
      await press(page, 'Register');
      await page.locator('[role=alert]:focus').waitFor();
      await page.keyboard.press('Tab');
      expect(await page.locator('a:focus').innerText()).toContain('E-mail address:');
      await page.keyboard.press('Enter');
      await page.locator('#email:focus').waitFor();
      await page.keyboard.type('typed here');
      expect(await page.getByLabel('E-mail address').inputValue()).toBe('typed here');
    }));
});
