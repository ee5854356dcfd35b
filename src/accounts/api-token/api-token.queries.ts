import { Injectable } from '@nestjs/common';
import { apiTokenRows, type ApiTokenRow } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { Reader } from '../../core/read/reader.js';

const byId = { name: 'by_id', where: 'WHERE id = $1' };
const byHash = { name: 'by_hash', where: 'WHERE token_hash = $1' };

@Injectable()
export class ApiTokenQueries {
  constructor(private readonly reader: Reader) {}

  byId(id: string): Promise<ApiTokenRow | null> {
    return this.reader.one(apiTokenRows, byId, [id]);
  }

  byHash(tokenHash: Buffer): Promise<ApiTokenRow | null> {
    return this.reader.one(apiTokenRows, byHash, [tokenHash]);
  }
}
