import { Injectable } from '@nestjs/common';
import { namespaceRows, type NamespaceRow } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { Reader } from '../../core/read/reader.js';
import { foldedName } from '../owner-name.js';

const byId = { name: 'by_id', where: 'WHERE id = $1' };
// A name that was handed over may stand in two rows for a moment: the newest one has it.
const byName = { name: 'by_name', where: 'WHERE folded_name = $1 ORDER BY position DESC LIMIT 1' };

@Injectable()
export class NamespaceQueries {
  constructor(private readonly reader: Reader) {}

  byId(id: string): Promise<NamespaceRow | null> {
    return this.reader.one(namespaceRows, byId, [id]);
  }

  /** In whatever case. */
  byName(name: string): Promise<NamespaceRow | null> {
    return this.reader.one(namespaceRows, byName, [foldedName(name)]);
  }
}
