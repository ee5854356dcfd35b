import { Injectable } from '@nestjs/common';
import { namespaceRows } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { userRows } from '../../../projections/accounts/users/users.projection.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import { foldedName } from '../owner-name.js';

/** Who has a name: the thing that bears it and the user who owns that thing, which for a user is itself. */
export type Owner = { type: 'User' | 'Namespace'; id: string; ownerId: string };

// A name that was handed over may stand in two rows for a moment: the newest one has it.
const byName = `
  SELECT type, id, owner_id AS "ownerId" FROM (
    SELECT 'User' AS type, id, id AS owner_id, position FROM ${tableName(userRows)} WHERE folded_username = $1 AND NOT is_erased
    UNION ALL
    SELECT 'Namespace', id, owner_id, position FROM ${tableName(namespaceRows)} WHERE folded_name = $1
  ) AS owners ORDER BY position DESC LIMIT 1`;

/** The name space that users and namespaces share. */
@Injectable()
export class OwnerQueries {
  constructor(private readonly reader: Reader) {}

  /** In whatever case; null when nobody has the name. */
  async byName(name: string): Promise<Owner | null> {
    const [owner] = await this.reader.query<Owner>('owners.by_name', byName, [foldedName(name)]);
    return owner ?? null;
  }
}
