import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inBrowser } from '../../kit/browser.js';
import { failedStatus, logIn, startPages, type PagesKit } from './kit.js';

/** A page that lies in wait on another port of the same host, which browsers take for the same site: they do send it the cookie. */
const trap = (target: string) => `<!doctype html><title>trap</title>
  <form method="post" action="${target}"><button>Win a prize</button></form>
  <iframe src="${target}" title="frame"></iframe>`;

inBrowser('a page of another origin', () => {
  let kit: PagesKit;
  let foreign: Server;
  let foreignUrl: string;

  beforeAll(async () => {
    kit = await startPages();
    foreign = createServer((request, response) => {
      const target = new URL(request.url!, 'http://any').searchParams.get('target');
      response.setHeader('content-type', 'text/html').end(target ? trap(target) : '');
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    foreignUrl = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    foreign?.closeAllConnections();
    foreign?.close();
    await kit?.close();
  });

  const expected = new RegExp(`${failedStatus.source}|frame-ancestors|ERR_BLOCKED_BY_RESPONSE|chrome-error`);

  it.each(['/logout', '/settings/sessions/end-others', '/settings/access-tokens'])('cannot send a form to %s', (path) =>
    kit.inTab({ allow: [foreignUrl, 'chrome-error:'], expected }, async (page) => {
      await logIn(page, kit.ada);
      await page.goto(`${foreignUrl}/?target=${kit.server.url}${path}`);
      const sent = page.waitForRequest((request) => request.method() === 'POST');
      await page.getByRole('button', { name: 'Win a prize' }).click();
      // The cookie came along: it is the check of the origin that keeps the form out.
      expect((await (await sent).allHeaders()).cookie).toContain('waybill-session=');
      expect(await page.locator('h1').innerText()).toBe('403 Forbidden');
      await page.goto('/settings');
      expect(new URL(page.url()).pathname).toBe('/settings');
    }),
  );
});
