import { normalise } from '../../core/event-store/claims.js';

/** What is looked for, in the forms in which tables are asked for it. */
export type SearchText = {
  /** Normal form of a name or its beginning; null when no name can look so. */
  name: string | null;
  /** Normal form of what stands before a slash; null without one, or when nobody can be called so. */
  owner: string | null;
  /** For `websearch_to_tsquery`: words, "phrases", -words and `or`; null when there is no word. */
  words: string | null;
};

/**
 * Takes a search apart. Everything is text to it: nothing is an error.
 * @returns null for a text of nothing but blanks, which asks for everything
 */
export function searchText(query: string): SearchText | null {
  const text = query.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  if (text === '') return null;
  const [, owner = null, name = null] = /^(?:([\w-]+)\/)?([\w-]*)$/.exec(normalise(text)) ?? [];
  const words = withoutMarks(text);
  return { name, owner, words: /[^\s"-]/.test(words) ? words : null };
}

/**
 * The indexes hold texts with a blank for each mark of ASCII, so that `wasm-tools`, `wasm_tools` and `wasm tools` are the same words and no
 * address is one long word. Here a quotation mark and the - in front of a word say something.
 */
function withoutMarks(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, (mark, at: number) => {
    const excludes = mark === '-' && /^ ?$/.test(text.charAt(at - 1)) && /[^ -]/.test(text.charAt(at + 1));
    return mark === '"' || excludes ? mark : ' ';
  });
}
