import { refuse as refuseInput } from '../../core/errors/core.errors.js';

/** Which package a publisher means. Owner null: the publisher's own name. */
export type PackageTarget = { owner: string | null; name: string };

/**
 * Puts name and namespace together as clients of all ages send them: `ns/name`, or `name` with a namespace beside it or without one.
 * @throws Refusal BAD_USER_INPUT for a name that is missing, and for two namespaces that differ
 */
export function packageTarget({ name, namespace }: { name?: string; namespace?: string }): PackageTarget {
  if (!name) throw refuseInput('BAD_USER_INPUT', { field: 'name', rule: 'not empty' });
  const slash = name.indexOf('/');
  if (slash < 0) return { owner: namespace || null, name };
  const owner = name.slice(0, slash);
  if (namespace && namespace.toLowerCase() !== owner.toLowerCase()) {
    throw refuseInput('BAD_USER_INPUT', { field: 'namespace', rule: 'the same as in name' });
  }
  return { owner, name: name.slice(slash + 1) };
}
