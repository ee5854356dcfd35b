import { Injectable } from '@nestjs/common';
import { encodeId } from '../../core/ids/global-id.js';
import { ApiTokenQueries } from '../api-token/api-token.queries.js';
import { TokenUses } from '../session/token-uses.js';
import type { ListedToken } from './access-tokens.page.js';

/** What the page of access tokens lists. */
@Injectable()
export class TokenList {
  constructor(
    private readonly tokens: ApiTokenQueries,
    private readonly uses: TokenUses,
  ) {}

  /** The tokens of an account that are not revoked, the newest first. */
  async of(userId: string): Promise<ListedToken[]> {
    const tokens = await this.tokens.usableOf(userId);
    const uses = await this.uses.lastUsed(tokens.map(({ id }) => id));
    return tokens.map(({ id, number, identifier, createdAt }) => ({
      id: encodeId('APIToken', number),
      identifier,
      createdAt,
      lastUsedAt: uses.find(({ tokenId }) => tokenId === id)?.lastUsedAt ?? null,
    }));
  }
}
