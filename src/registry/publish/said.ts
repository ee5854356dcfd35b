import { refuse as refuseCore } from '../../core/errors/core.errors.js';
import type { Refusal } from '../../core/errors/refusal.js';
import { refuse } from './publish.errors.js';

/** What the three sources say of one field; the first of them that says anything is heard. */
export type Said = {
  /** Name in the input of the mutation: `licenseFile`. In a manifest it is written `license-file`. */
  field: string;
  input: string | null | undefined;
  manifest: string | null | undefined;
  file: string | null | undefined;
};

export type Source = 'input' | 'manifest' | 'file';

const sources: readonly Source[] = ['input', 'manifest', 'file'];

/** A text of one line, without blanks around. Nothing but blanks says nothing. @throws Refusal when it is too long. */
export function lineOf(said: Said, maxChars: number): string | null {
  const heard = firstOf(said);
  if (heard === null) return null;
  const text = heard.text.trim();
  if (text.length > maxChars) throw unfit(heard.source, said.field, `at most ${maxChars} characters`);
  return text;
}

/** An address that a page may link to. @throws Refusal when it is something else. */
export function addressOf(said: Said, maxChars: number): string | null {
  const text = lineOf(said, maxChars);
  if (text === null || /^https?:$/.test(protocolOf(text))) return text;
  throw unfit(firstOf(said)!.source, said.field, 'an absolute URL with http or https');
}

/** Where sources are: also as git writes it, `git@github.com:acme/tools.git`. @throws Refusal when it is something else. */
export function repositoryOf(said: Said, maxChars: number): string | null {
  const text = lineOf(said, maxChars);
  if (text === null || /^((git\+)?(https?|ssh)|git):$/.test(protocolOf(text))) return text;
  if (/^[\w.-]+@[\w.-]+:[^\s:]+$/.test(text)) return text;
  throw unfit(firstOf(said)!.source, said.field, 'an absolute URL with http, https, ssh or git');
}

/** A whole text, as it is. @throws Refusal when it is too large. */
export function textOf(said: Said, maxBytes: number): string | null {
  const heard = firstOf(said);
  if (heard === null) return null;
  if (Buffer.byteLength(heard.text) > maxBytes) throw unfit(heard.source, said.field, `at most ${maxBytes} bytes`);
  return heard.text;
}

function firstOf(said: Said): { source: Source; text: string } | null {
  for (const source of sources) {
    const text = said[source];
    if (text !== null && text !== undefined && text.trim() !== '') return { source, text };
  }
  return null;
}

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

/** The refusal of a field, in the words of where it was said. */
export function unfit(source: Source, field: string, rule: string): Refusal {
  if (source === 'input') return refuseCore('BAD_USER_INPUT', { field, rule }, `${field} breaks a rule: ${rule}.`);
  const path = `package.${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return refuse('MANIFEST_INVALID', { field: source, rule, path }, `${path} in the ${source} breaks a rule: ${rule}.`);
}
