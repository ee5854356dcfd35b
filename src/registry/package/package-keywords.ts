import type { Ctx } from '../../core/graphql/context.js';
import { fixedList } from '../../core/graphql/connection/fixed-list.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { encodeId } from '../../core/ids/global-id.js';

/** Above what a version may have. Part of the ids that clients keep, so it never changes. */
const placesPerVersion = 64;

const keywords = fixedList({ field: 'Package.keywords', defaultSize: placesPerVersion });

type Keyword = { id: string; name: string };

/**
 * The keyword at a place in the list of a version, as clients see it. A version never changes, so neither does what the id names; the same
 * word of another version has another id.
 */
export function keywordNode(versionNumber: number, place: number, name: string): Keyword {
  return { id: encodeId('PackageKeyword', versionNumber * placesPerVersion + place), name };
}

/** What the number in a keyword's id says. */
export const keywordPlace = (number: number): { versionNumber: number; place: number } => ({
  versionNumber: Math.floor(number / placesPerVersion),
  place: number % placesPerVersion,
});

/** The keywords of a package are those of the version that describes it. */
export function keywordsOf({ id }: { id: string }, args: PageArgs, ctx: Ctx) {
  return keywords.connect(args, async () => {
    const row = await ctx.packageKeywords.load(id);
    return (row?.keywords ?? []).map((name, place) => keywordNode(row!.describedByNumber, place, name));
  });
}
