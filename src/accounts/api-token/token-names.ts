import { Injectable } from '@nestjs/common';
import { StreamReader } from '../../core/command/stream-reader.js';
import { ERASED } from '../../core/crypto/sealed.js';
import { apiTokenAggregate } from './api-token.commands.js';

export type TokenName = { tokenId: string; identifier: string | null };

/** What people call their API tokens. It is personal, so it stands sealed in the log and in no read model. */
@Injectable()
export class TokenNames {
  constructor(private readonly reader: StreamReader) {}

  /** In any order; null for a token without a name, and for one of an erased account. Two statements. */
  async of(tokenIds: readonly string[]): Promise<TokenName[]> {
    const generated = await this.reader.readFirst(apiTokenAggregate, [...tokenIds]);
    return [...generated.values()].map((event) => ({
      tokenId: event.streamId,
      identifier: event.type === 'accounts.api-token.generated' ? known(event.data.identifier) : null,
    }));
  }
}

const known = (identifier: string | null): string | null => (identifier === ERASED ? null : identifier);
