import { Injectable } from '@nestjs/common';
import { StreamReader } from '../../core/command/stream-reader.js';
import type { Actor } from '../../core/event-store/types.js';
import { mayAct, type OwnerAction } from '../accounts.rights.js';
import { namespaceAggregate } from '../namespace/namespace.commands.js';
import { userAggregate } from '../user/user.commands.js';
import { OwnerQueries } from './owner.queries.js';

/** An owner that the caller may act for, and the version of its stream at which that was so: a condition for the append. */
export type ActingOwner = { id: string; version: number };

/** Whether a caller may act under the name of an owner, by the log itself: a read model may be late. */
@Injectable()
export class OwnerCheck {
  constructor(
    private readonly owners: OwnerQueries,
    private readonly reader: StreamReader,
  ) {}

  /** @param name in whatever case. Null for an owner that is not there, and for one that the caller may not act for. */
  async byName(actor: Actor, action: OwnerAction, name: string): Promise<ActingOwner | null> {
    const owner = await this.owners.byName(name);
    return owner && this.byId(actor, action, owner.id);
  }

  /** The same by the owner's stream. */
  async byId(actor: Actor, action: OwnerAction, ownerId: string): Promise<ActingOwner | null> {
    const { version, managerId } = await this.load(ownerId);
    return managerId !== null && mayAct(actor, action, { ownerId: managerId }) ? { id: ownerId, version } : null;
  }

  private async load(ownerId: string): Promise<{ version: number; managerId: string | null }> {
    if (ownerId.startsWith('user-')) {
      const { head, state } = await this.reader.load(userAggregate, ownerId);
      return { version: head.version, managerId: state.status === 'active' ? ownerId : null };
    }
    const { head, state } = await this.reader.load(namespaceAggregate, ownerId);
    return { version: head.version, managerId: state.status === 'active' ? state.ownerId : null };
  }
}
