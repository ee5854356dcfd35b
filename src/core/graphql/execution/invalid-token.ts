import { type GraphQLSchema, Kind, type SelectionSetNode } from 'graphql';
import '../policy-check.js';
import type { Prepared } from './prepared.js';

/** True when every root field of the operation says so by `@Public(why, { invalidToken: 'anonymous' })`. */
export function worksWithInvalidToken(schema: GraphQLSchema, prepared: Prepared): boolean {
  prepared.worksWithInvalidToken ??= rootFields(prepared.operation.selectionSet, prepared).every((name) => {
    if (name.startsWith('__')) return true;
    const access = schema.getRootType(prepared.operation.operation)?.getFields()[name]?.extensions.access;
    return access?.kind === 'public' && access.invalidToken === 'anonymous';
  });
  return prepared.worksWithInvalidToken;
}

/** The document is valid: every fragment exists and none holds itself. */
function rootFields(set: SelectionSetNode, prepared: Prepared): string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, prepared);
    const fragment = prepared.document.definitions.find(
      (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(fragment.selectionSet, prepared) : [];
  });
}
