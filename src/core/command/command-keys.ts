import { createHmac } from 'node:crypto';
import { refuse } from '../errors/core.errors.js';
import { claimKey, personalClaimKey } from '../event-store/claims.js';
import { assertStorable } from '../event-store/text.js';
import type { Actor, CommandKey } from '../event-store/types.js';
import type { CommandClass, Dispatch } from './command.js';
import type { Claim } from './decision.js';

/** Leaves room for scope and command within the store's limit of a command key. */
const maxKeyBytes = 255;

/** The keyed hashes of the command side. The key never leaves the key ring's database; without it the hashes say nothing. */
export class CommandKeys {
  constructor(private readonly hmacKey: Buffer) {}

  /**
   * Undefined when the client gave no clientMutationId; old clients send an empty one.
   * @throws Refusal INVALID_TEXT or BAD_USER_INPUT for one that cannot be stored
   */
  keyOf({ commandName }: CommandClass, { meta, idempotency }: Dispatch): CommandKey | undefined {
    if (!idempotency?.key) return undefined;
    assertStorable(idempotency.key, 'clientMutationId');
    if (Buffer.byteLength(idempotency.key) > maxKeyBytes) {
      throw refuse('BAD_USER_INPUT', { field: 'clientMutationId', rule: `maxBytes ${maxKeyBytes}` });
    }
    return {
      scope: scopeOf(meta.actor),
      command: commandName,
      key: idempotency.key,
      inputHash: createHmac('sha256', this.hmacKey).update(canonicalJson(idempotency.input)).digest(),
    };
  }

  claimKey(claim: Claim): string {
    return claim.personal ? personalClaimKey(claim.kind, claim.value, this.hmacKey) : claimKey(claim.kind, claim.value);
  }
}

function scopeOf(actor: Actor): string {
  if (actor.kind === 'user') return `user:${actor.userId}`;
  return actor.kind === 'system' ? `system:${actor.name}` : 'anonymous';
}

/** JSON with sorted object keys: the same input in another order is the same input. Null and absent are the same, as clients send either. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part).filter(([, member]) => member !== null && member !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
