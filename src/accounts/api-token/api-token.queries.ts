import { Injectable } from '@nestjs/common';
import { apiTokenRows, type ApiTokenRow } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { Reader } from '../../core/read/reader.js';

const byId = { name: 'by_id', where: 'WHERE id = $1' };
const byIds = { name: 'by_ids', where: 'WHERE id = ANY($1)' };

@Injectable()
export class ApiTokenQueries {
  constructor(private readonly reader: Reader) {}

  byId(id: string): Promise<ApiTokenRow | null> {
    return this.reader.one(apiTokenRows, byId, [id]);
  }

  /** In any order. */
  byIds(ids: readonly string[]): Promise<ApiTokenRow[]> {
    return this.reader.find(apiTokenRows, byIds, [ids]);
  }
}
