import { Injectable } from '@nestjs/common';
import { namespaceRows, type NamespaceRow } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import type { Connection } from '../../core/graphql/connection/connection.js';
import { connectionList } from '../../core/graphql/connection/connection-list.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { asc } from '../../core/graphql/connection/sort-order.js';
import { Reader } from '../../core/read/reader.js';
import { foldedName } from '../owner-name.js';

const byId = { name: 'by_id', where: 'WHERE id = $1' };
const byIds = { name: 'by_ids', where: 'WHERE id = ANY($1)' };
// A name that was handed over may stand in two rows for a moment: the newest one has it.
const byName = { name: 'by_name', where: 'WHERE folded_name = $1 ORDER BY position DESC LIMIT 1' };

const ofOwner = connectionList(namespaceRows, {
  field: 'User.namespaces',
  name: 'of_owner',
  where: 'owner_id = $1',
  orders: { by_name: [asc('foldedName')] },
  // Clients ask without page arguments, and take what they get for all.
  defaultSize: 1000,
});

@Injectable()
export class NamespaceQueries {
  constructor(private readonly reader: Reader) {}

  byId(id: string): Promise<NamespaceRow | null> {
    return this.reader.one(namespaceRows, byId, [id]);
  }

  /** In any order. */
  byIds(ids: readonly string[]): Promise<NamespaceRow[]> {
    return this.reader.find(namespaceRows, byIds, [ids]);
  }

  /** By name. @throws Refusal BAD_USER_INPUT for page arguments that break a rule. */
  ofOwner(userId: string, page: PageArgs): Connection<NamespaceRow> {
    return ofOwner.connect(this.reader, page, { values: [userId], order: 'by_name' });
  }

  /** In whatever case. */
  byName(name: string): Promise<NamespaceRow | null> {
    return this.reader.one(namespaceRows, byName, [foldedName(name)]);
  }
}
