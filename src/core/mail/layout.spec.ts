import { renderMail } from './layout.js';

const content = {
  subject: 'About <you>',
  greeting: 'Hello "Ada" & others,',
  before: ['<script>alert(1)</script>', 'Second.'],
  action: { label: "Let's go", url: 'https://example.com/a?b=1&c="2"' },
  after: ['Bye.'],
};

it('says in plain text all that there is to say', () => {
  expect(renderMail(content).text).toBe(
    `Hello "Ada" & others,

<script>alert(1)</script>

Second.

Let's go:
https://example.com/a?b=1&c="2"

Bye.
`,
  );
});

it('says the same in HTML, where nothing that is text becomes markup', () => {
  const { html, subject } = renderMail(content);
  expect(subject).toBe('About <you>');
  expect(html).toContain('<title>About &lt;you&gt;</title>');
  expect(html).toContain('<p>Hello &quot;Ada&quot; &amp; others,</p>');
  expect(html).toContain('<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>');
  expect(html).toContain('href="https://example.com/a?b=1&amp;c=&quot;2&quot;"');
  expect(html).toContain('>Let&#39;s go</a>');
});

it('loads nothing from anywhere, and gives both colour schemes', () => {
  const { html } = renderMail({ ...content, action: null });
  expect(html).not.toMatch(/<(img|link|script|iframe)|url\(|https?:/i);
  expect(html).toContain('<meta name="color-scheme" content="light dark">');
  expect(html).toContain('prefers-color-scheme: dark');
  expect(html).not.toContain('href');
});
