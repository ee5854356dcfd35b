/** HTML that may stand in a page as it is. Only `html` makes it. */
export class Html {
  constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text is escaped; null, undefined and false are nothing; a list is its items in a row. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

/**
 * The one way to write a page: `` html`<p title="${title}">${text}</p>` ``. Every value is escaped unless it is Html itself, so a text
 * can neither open an element nor leave a quoted attribute. Attributes must be quoted.
 */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(markup)));
}

/** Attributes of an element, each with a space before it. True writes the name alone; false, null and undefined write nothing. */
export function attributes(values: Record<string, string | number | boolean | null | undefined>): Html {
  const given = Object.entries(values).filter(([, value]) => value !== false && value !== null && value !== undefined);
  return new Html(
    given.map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${markup(String(value))}"`)).join(''),
  );
}

function markup(value: HtmlValue): string {
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(markup).join('');
  if (value === false || value === null || value === undefined) return '';
  return String(value).replace(/[&<>"']/g, (character) => entities[character]!);
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
