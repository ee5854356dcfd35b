import { attributes, html, type Html } from './html.js';
import type { Problem } from './problems.js';

export type Field = {
  /** Name of the form's field and of the input that it becomes; also what a refusal calls it. */
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  value?: string;
  /** One or two sentences below the label. */
  hint?: string;
  /** A token of the HTML standard: what password managers and browsers fill in. */
  autocomplete: string;
  isOptional?: boolean;
  /** In characters. Only a help while typing; the rule is the server's. */
  maxLength?: number;
  /** A name or the like: no spelling, no capitals. */
  isIdentifier?: boolean;
};

export type FormParts = {
  action: string;
  fields: readonly Field[];
  /** What the page must remember: sent along, not shown. */
  hidden?: Record<string, string>;
  submit: string;
  problems: readonly Problem[];
};

/** A whole form: its fields, each with label, hint and problem, and one button. The server alone says what is wrong. */
export function form({ action, fields, hidden, submit, problems }: FormParts): Html {
  const rows = fields.map((field) => fieldOf(field, problems.find(({ name }) => name === field.name)?.text));
  return html`<form class="card" method="post" action="${action}" novalidate>
    ${hiddenFields(hidden)} ${rows}
    <div class="buttons"><button>${submit}</button></div>
  </form>`;
}

/** A form of one button, for what needs no input. `look` is a class of buttons in `page.css`. */
export function buttonForm(
  action: string,
  label: Html | string,
  { look, hidden }: { look?: 'second' | 'danger' | 'quiet'; hidden?: Record<string, string> } = {},
): Html {
  return html`<form method="post" action="${action}">
    ${hiddenFields(hidden)}<button${look && html` class="${look}"`}>${label}</button>
  </form>`;
}

export function hiddenFields(values: Record<string, string> = {}): Html[] {
  return Object.entries(values).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
}

function fieldOf(field: Field, problem: string | undefined): Html {
  const { name, label, hint, type = 'text', value = '', isOptional, isIdentifier } = field;
  const described = [hint && `${name}-hint`, problem && `${name}-problem`].filter(Boolean).join(' ');
  const input = attributes({
    id: name,
    name,
    type,
    // What was typed stays, but a password is never sent back.
    value: type === 'password' ? undefined : value,
    autocomplete: field.autocomplete,
    maxlength: field.maxLength,
    required: !isOptional,
    'aria-describedby': described || undefined,
    'aria-invalid': problem ? 'true' : undefined,
    ...(isIdentifier && { autocapitalize: 'none', spellcheck: 'false' }),
  });
  return html`<div class="field">
    <label for="${name}">${label}${isOptional && html` <span class="faint">(optional)</span>`}</label>
    ${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${problem && html`<p class="problem" id="${name}-problem">${problem}</p>`}
    <input${input} />
  </div>`;
}
