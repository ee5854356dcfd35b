import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

/** Names of the fields that a selection asks for, inside of fragments, too; nodes of a document that is used again come again. */
const namesBySelection = new WeakMap<SelectionSetNode, ReadonlySet<string>>();

/**
 * Whether an object field is asked for nothing but some of its own fields: then their values are enough, and nothing else need be read. What
 * `@skip` and `@include` take away is counted as asked for.
 * @param info the field's own
 */
export function asksOnlyFor(
  info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  known: ReadonlySet<string>,
): boolean {
  return info.fieldNodes.every((node) => isSubset(namesIn(node, info), known));
}

/**
 * Whether an object field is asked for at least one of these of its own fields.
 * @param info the field's own
 */
export function asksForAny(
  info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  wanted: ReadonlySet<string>,
): boolean {
  return info.fieldNodes.some((node) => intersects(wanted, namesIn(node, info)));
}

function namesIn({ selectionSet }: FieldNode, info: Pick<GraphQLResolveInfo, 'fragments'>): ReadonlySet<string> {
  if (!selectionSet) return new Set();
  let names = namesBySelection.get(selectionSet);
  if (!names) namesBySelection.set(selectionSet, (names = new Set(collected(selectionSet, info))));
  return names;
}

function* collected(selectionSet: SelectionSetNode, info: Pick<GraphQLResolveInfo, 'fragments'>): Iterable<string> {
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) yield selection.name.value;
    else if (selection.kind === Kind.INLINE_FRAGMENT) yield* collected(selection.selectionSet, info);
    else yield* collected(info.fragments[selection.name.value]!.selectionSet, info);
  }
}

function isSubset(names: ReadonlySet<string>, known: ReadonlySet<string>): boolean {
  for (const name of names) if (!known.has(name)) return false;
  return true;
}

function intersects(few: ReadonlySet<string>, names: ReadonlySet<string>): boolean {
  for (const name of few) if (names.has(name)) return true;
  return false;
}
