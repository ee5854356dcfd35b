import { Injectable } from '@nestjs/common';
import { encodeId } from '../../core/ids/global-id.js';
import { ApiTokenQueries } from '../api-token/api-token.queries.js';
import { TokenNames } from '../api-token/token-names.js';
import { TokenUses } from '../session/token-uses.js';
import type { ListedToken } from './access-tokens.page.js';

/** What the page of access tokens lists. */
@Injectable()
export class TokenList {
  constructor(
    private readonly tokens: ApiTokenQueries,
    private readonly uses: TokenUses,
    private readonly names: TokenNames,
  ) {}

  /** The tokens of an account that are not revoked, the newest first. */
  async of(userId: string): Promise<ListedToken[]> {
    const tokens = await this.tokens.usableOf(userId);
    const ids = tokens.map(({ id }) => id);
    const [uses, names] = await Promise.all([this.uses.lastUsed(ids), this.names.of(ids)]);
    return tokens.map(({ id, number, createdAt }) => ({
      id: encodeId('APIToken', number),
      identifier: names.find(({ tokenId }) => tokenId === id)?.identifier ?? null,
      createdAt,
      lastUsedAt: uses.find(({ tokenId }) => tokenId === id)?.lastUsedAt ?? null,
    }));
  }
}
