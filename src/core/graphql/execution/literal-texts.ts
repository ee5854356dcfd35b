/** A document's text without the texts in it, and those. */
export type TextForm = {
  /** The same for all documents that differ in nothing but these texts, and in which the same ones are equal. */
  form: string;
  /** The texts by the names of the variables that may stand for them. */
  texts: Record<string, string>;
};

/** The names of such variables. */
export const isTextVariable = (name: string): boolean => /^text\d+$/.test(name);

/** Whatever a quotation mark can begin; comments, for they may hold one; and the mark alone for all that is written in another way. */
const literals = /"""|"[^"\\\p{Cc}\p{Cs}]*"|#[^\r\n]*|"/gu;

/**
 * Takes the texts out of a document as the lexer of GraphQL (spec, §2.9.4) would find them.
 * @returns null for a document that has none, and for one with block strings, escapes or what no text may hold.
 */
export function textForm(document: string): TextForm | null {
  if (!document.includes('"')) return null;
  const names = new Map<string, string>();
  let isPlain = true;
  const form = document.replace(literals, (found) => {
    if (found.startsWith('#')) return found;
    if (found === '"' || found === '"""') isPlain = false;
    const text = found.slice(1, -1);
    let name = names.get(text);
    if (name === undefined) names.set(text, (name = `text${names.size + 1}`));
    return `"${name}"`;
  });
  if (!isPlain || names.size === 0) return null;
  return { form, texts: Object.fromEntries([...names].map(([text, name]) => [name, text])) };
}
