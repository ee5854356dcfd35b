import { refuse } from '../../core/errors/core.errors.js';
import { normalise } from '../../core/event-store/claims.js';

/** `ns/name`, or a name that leaves the namespace to others. Whether both keep their rules is not looked at here. */
export type PublishedName = { owner: string | null; name: string | null };

/** Everything behind the first slash is the name: one with a slash in it is refused with the other rules for names. */
export function publishedName(text: string | null): PublishedName {
  if (text === null) return { owner: null, name: null };
  const slash = text.indexOf('/');
  if (slash === -1) return { owner: null, name: text };
  return { owner: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The name in the input, and the namespace that may come apart from it. @throws Refusal when both name a namespace, and another. */
export function inputName(name: string | null, namespace: string | null): PublishedName {
  const said = publishedName(name);
  if (said.owner !== null && namespace !== null && !isSameText(said.owner, namespace)) {
    throw refuse('BAD_USER_INPUT', { field: 'namespace', rule: 'the same as in the name, or none' });
  }
  return { owner: said.owner ?? namespace, name: said.name };
}

/** The name as people write it. */
export function fullNameOf({ owner, name }: PublishedName): string {
  return [owner, name].filter((part) => part !== null).join('/');
}

/** Letter case makes no other name, and what is not said does not differ. */
export function isSameName(one: PublishedName, other: PublishedName): boolean {
  return isSameText(one.owner, other.owner) && isSameText(one.name, other.name);
}

function isSameText(one: string | null, other: string | null): boolean {
  return one === null || other === null || normalise(one) === normalise(other);
}
