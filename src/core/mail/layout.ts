import type { MailContent, RenderedMail } from './mail.js';

/**
 * The one layout of all mails: plain text, and HTML that says the same. No picture, nothing that is loaded from elsewhere and nothing that
 * tells whether it was read; the link stands in full, for who cannot click it or wants to see where it leads. Colours are few and
 * turned round in dark mode, where the reader's program knows it.
 */
export function renderMail(content: MailContent): RenderedMail {
  return { subject: content.subject, text: renderText(content), html: renderHtml(content) };
}

function renderText({ greeting, before, action, after }: MailContent): string {
  const link = action ? [`${action.label}:\n${action.url}`] : [];
  return `${[greeting, ...before, ...link, ...after].join('\n\n')}\n`;
}

function renderHtml({ subject, greeting, before, action, after }: MailContent): string {
  const paragraphs = (texts: string[]) => texts.map((text) => `<p>${escaped(text)}</p>`).join('\n');
  const link = action
    ? `<p><a class="action" href="${escaped(action.url)}" style="${button}">${escaped(action.label)}</a></p>
<p class="url" style="word-break:break-all">${escaped(action.url)}</p>`
    : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  body, .mail { background: #16181d !important; color: #e6e8ec !important; }
  .action { background: #8ab4ff !important; color: #10131a !important; }
}
</style>
</head>
<body style="margin:0;background:#ffffff;color:#1c1f26">
<div class="mail" style="max-width:34rem;margin:0 auto;padding:1.5rem;font:16px/1.5 system-ui,sans-serif">
${paragraphs([greeting, ...before])}
${link}
${paragraphs(after)}
</div>
</body>
</html>
`;
}

const button =
  'display:inline-block;padding:0.6rem 1.2rem;border-radius:6px;background:#1a4fc4;color:#ffffff;text-decoration:none;font-weight:600';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);
