import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { LinkTokens } from '../../../src/core/auth/link-token.js';
import { KeyRing } from '../../../src/core/crypto/key-ring.js';
import { DataKeys } from '../../../src/core/event-store/data-keys.js';
import { EventStore } from '../../../src/core/event-store/event-store.js';
import type { ChallengePurpose } from '../../../src/accounts/user/user.events.js';
import { decodeId } from '../../../src/core/ids/global-id.js';
import { appendRequest, to } from '../../kit/event-store.js';
import { eventually } from '../../kit/eventually.js';

type Account = { id: string };

/** What stands in the mails of a server, made with its own keys as the mails' sender makes it. */
export type Links = {
  /** Ids of all challenges of an account, oldest first. */
  challenges(of: Account, purpose: ChallengePurpose): Promise<string[]>;
  /** The token of the newest challenge, once there are so many. */
  newest(of: Account, purpose: ChallengePurpose, count: number): Promise<string>;
  tokenOf(of: Account, purpose: ChallengePurpose, challengeId: string): string;
  /** A challenge whose time is over. */
  expired(of: Account, purpose: ChallengePurpose): Promise<string>;
};

/** @param server its database, and the folder with its key ring */
export async function openLinks(server: { database: { pool: pg.Pool }; dataDir: string }): Promise<Links> {
  const { database, dataDir } = server;
  const ring = KeyRing.fromText(await readFile(join(dataDir, 'keys'), 'utf8'));
  const tokens = new LinkTokens(await new DataKeys(database.pool, ring).system('system:links'));
  const numberOf = ({ id }: Account) => decodeId('User', id);
  const challenges: Links['challenges'] = async (of, purpose) => {
    const { rows } = await database.pool.query(
      `SELECT data ->> 'challengeId' AS id FROM store.events
       WHERE stream_id = $1 AND type = 'accounts.user.challenge-issued' AND data ->> 'purpose' = $2 ORDER BY position`,
      [`user-${numberOf(of)}`, purpose],
    );
    return rows.map((row) => row.id as string);
  };
  const tokenOf: Links['tokenOf'] = (of, purpose, challengeId) =>
    tokens.tokenOf({ purpose, number: numberOf(of), challengeId });
  return {
    challenges,
    tokenOf,
    newest: async (of, purpose, count) => {
      const ids = await eventually(async () => {
        const found = await challenges(of, purpose);
        expect(found.length).toBe(count);
        return found;
      });
      return tokenOf(of, purpose, ids.at(-1)!);
    },
    expired: async (of, purpose) => {
      const challengeId = crypto.randomUUID();
      const data = { challengeId, purpose, expiresAt: new Date(Date.now() - 1000).toISOString() };
      const issued = { type: 'accounts.user.challenge-issued', schemaVersion: 1, data };
      const store = await EventStore.open(database.pool);
      await store.append(appendRequest(to(`user-${numberOf(of)}`, 'exists', issued)));
      return tokenOf(of, purpose, challengeId);
    },
  };
}
