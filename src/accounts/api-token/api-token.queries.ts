import { Injectable } from '@nestjs/common';
import { apiTokenRows, type ApiTokenRow } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { Reader } from '../../core/read/reader.js';

const byId = { name: 'by_id', where: 'WHERE id = $1' };
const byHash = { name: 'by_hash', where: 'WHERE token_hash = $1' };

/** More are hardly ever there at once; the older ones show when newer ones are revoked. */
export const mostListedTokens = 200;
const usableOf = {
  name: 'usable_of',
  where: `WHERE user_id = $1 AND revoked_at IS NULL ORDER BY position DESC LIMIT ${mostListedTokens}`,
};

@Injectable()
export class ApiTokenQueries {
  constructor(private readonly reader: Reader) {}

  byId(id: string): Promise<ApiTokenRow | null> {
    return this.reader.one(apiTokenRows, byId, [id]);
  }

  byHash(tokenHash: Buffer): Promise<ApiTokenRow | null> {
    return this.reader.one(apiTokenRows, byHash, [tokenHash]);
  }

  /** The newest first. */
  usableOf(userId: string): Promise<ApiTokenRow[]> {
    return this.reader.find(apiTokenRows, usableOf, [userId]);
  }
}
