/**
 * Stand in for what is another text each time: ids, upload URLs, signatures, tokens, cursors, dates, and where the server is. The same text gets
 * the same placeholder wherever it appears, numbered by its first appearance; so two runs of one story read alike.
 */
export class Placeholders {
  private readonly names = new Map<string, string>();
  private readonly texts = new Map<string, string>();
  /** Of a path, as it was last given: it changes with the hour. */
  private readonly signatures = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** @param origin the server's public URL, as its answers have it */
  constructor(private readonly origin: string) {
    this.texts.set('{{origin}}', origin);
  }

  /** Puts placeholders into a text: a body, or a header. */
  hide(text: string): string {
    const signed = text.replaceAll(signatures, (_, path: string, signature: string) => {
      this.signatures.set(path, signature);
      return `${path}?{{signature}}`;
    });
    let hidden = signed.replaceAll(this.origin, '{{origin}}');
    for (const { name, pattern } of numbered) hidden = hidden.replaceAll(pattern, (found) => this.nameOf(found, name));
    return hidden.replaceAll(dates, '{{date}}').replaceAll(requestIds, '$1{{request}}');
  }

  /** @throws Error when a placeholder stands for nothing yet: the answer that should have given it did not. */
  show(text: string): string {
    const shown = text.replaceAll(/\{\{(?!signature)[a-z]+(?:-\d+)?\}\}/g, (name) => given(this.texts, name));
    return shown.replaceAll(unsigned, (_, path: string) => `${path}?${given(this.signatures, path)}`);
  }

  private nameOf(text: string, kind: string): string {
    const known = this.names.get(text);
    if (known) return known;
    const prefix = kind === 'id' ? text.split('_')[0]! : kind;
    const count = (this.counts.get(prefix) ?? 0) + 1;
    const name = `{{${prefix}-${count}}}`;
    this.counts.set(prefix, count);
    this.names.set(text, name);
    this.texts.set(name, text);
    return name;
  }
}

const numbered = [
  { name: 'token', pattern: /\bwb[a-z]_[0-9A-Za-z]{36}\b/g },
  { name: 'upload', pattern: /(?<=\/uploads\/)[^"\\\s]+/g },
  { name: 'cursor', pattern: /(?<="(?:cursor|startCursor|endCursor)":")[^"]+/g },
  { name: 'id', pattern: /\b[a-z]{1,6}_[0-9A-Za-z]{12,16}\b/g },
];
const signatures = /(\/packages\/[^?"\\\s]+)\?([^"\\\s]+)/g;
const unsigned = /(\/packages\/[^?"\\\s]+)\?\{\{signature\}\}/g;
const dates = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/g;
const requestIds = /("requestId":")[^"]+/g;

function given(texts: Map<string, string>, name: string): string {
  const text = texts.get(name);
  if (text === undefined) throw new Error(`A request has ${name}, and no answer gave it.`);
  return text;
}
