import { Injectable } from '@nestjs/common';
import { decodeAnyId } from '../../ids/global-id.js';
import type { IdKind } from '../../ids/kinds.js';
import type { Ctx } from '../context.js';
import { typed } from './typed.js';

/**
 * Reads things of one kind by their numbers.
 * @returns as many as there are numbers, in their order; null for what does not exist, is deleted, or the caller may not see.
 */
export type LoadNodes = (numbers: readonly number[], ctx: Ctx) => Promise<readonly (object | null)[]>;

/** Finds whatever has a global id. Each silo registers its kinds, which are called as their GraphQL types are. */
@Injectable()
export class NodeRegistry {
  private readonly loaders = new Map<IdKind, LoadNodes>();

  /** @throws Error when the kind is registered already. */
  register(kind: IdKind, load: LoadNodes): void {
    if (this.loaders.has(kind)) throw new Error(`The kind ${kind} is registered twice.`);
    this.loaders.set(kind, load);
  }

  /** Kinds that can be found, for a test that compares them with the schema. */
  kinds(): IdKind[] {
    return [...this.loaders.keys()];
  }

  /** As many as there are ids, in their order, null where there is nothing to see. Reads each kind once. */
  async find(ids: readonly string[], ctx: Ctx): Promise<(object | null)[]> {
    const found = new Map<string, object | null>();
    const numbers = new Map<IdKind, Map<number, string>>();
    for (const id of new Set(ids)) {
      const decoded = decodeAnyId(id);
      if (!decoded || !this.loaders.has(decoded.kind)) continue;
      const ofKind = numbers.get(decoded.kind) ?? new Map<number, string>();
      numbers.set(decoded.kind, ofKind.set(decoded.number, id));
    }
    await Promise.all(
      [...numbers].map(async ([kind, ofKind]) => {
        const nodes = await this.loaders.get(kind)!([...ofKind.keys()], ctx);
        [...ofKind.values()].forEach((id, index) => found.set(id, typed(kind, nodes[index] ?? null)));
      }),
    );
    return ids.map((id) => found.get(id) ?? null);
  }
}
