import { Injectable } from '@nestjs/common';
import { apiTokenRows, type ApiTokenRow } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { connectionList } from '../../core/graphql/connection/connection-list.js';
import type { Connection } from '../../core/graphql/connection/connection.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { desc } from '../../core/graphql/connection/sort-order.js';
import { Reader } from '../../core/read/reader.js';

const byId = { name: 'by_id', where: 'WHERE id = $1' };
const byHash = { name: 'by_hash', where: 'WHERE token_hash = $1' };
const byIds = { name: 'by_ids', where: 'WHERE id = ANY($1)' };

const ofUser = connectionList(apiTokenRows, {
  field: 'User.apiTokens',
  name: 'of_user',
  where: 'user_id = $1',
  orders: { newest: [desc('createdAt')] },
  defaultSize: 25,
});

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

  /** In any order. */
  byIds(ids: readonly string[]): Promise<ApiTokenRow[]> {
    return this.reader.find(apiTokenRows, byIds, [ids]);
  }

  /** Also those that are revoked, the newest first. */
  ofUser(userId: string, page: PageArgs): Connection<ApiTokenRow> {
    return ofUser.connect(this.reader, page, { values: [userId], order: 'newest' });
  }
}
