import type { JsonRecord } from '../package-file/package-file.js';
import { publishLimits } from './publish.limits.js';
import { unfit, type Source } from './said.js';

const { keywords: most, keywordChars } = publishLimits;

/**
 * `[package] keywords` of a wasmer.toml: trimmed, in lower case, each once. `wasmer` does not know the field and leaves it out of what it
 * sends; other publishers send it.
 * @param source whose wasmer.toml this is. @throws Refusal MANIFEST_INVALID.
 */
export function keywordsOf(toml: JsonRecord, source: Source): string[] {
  const about = toml.package as JsonRecord | undefined;
  const said = about?.keywords ?? [];
  if (!Array.isArray(said)) throw unfit(source, 'keywords', 'a list of texts');
  const keywords = new Set(said.map((keyword) => keywordOf(keyword, source)));
  if (keywords.size > most) throw unfit(source, 'keywords', `at most ${most}`);
  return [...keywords];
}

function keywordOf(value: unknown, source: Source): string {
  const keyword = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (keyword !== '' && keyword.length <= keywordChars) return keyword;
  throw unfit(source, 'keywords', `each a text of 1 to ${keywordChars} characters`);
}
