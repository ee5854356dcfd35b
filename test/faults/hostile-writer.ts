import pg from 'pg';
import { appendStatement, appendValues } from '../../src/core/event-store/append-statement.js';
import { appendRequest, event, to } from '../kit/event-store.js';

const STREAMS = 12;

/** Does with the append function what the product never does and the order of the feed must nevertheless survive. */
export class HostileWriter {
  committed = 0;
  rolledBack = 0;
  killed = 0;

  constructor(
    private readonly url: string,
    private readonly number: number,
  ) {}

  /** Writes until the deadline (milliseconds since the epoch), with a new connection after each kill. */
  async run(deadline: number): Promise<void> {
    while (Date.now() < deadline) {
      const client = new pg.Client({ connectionString: this.url, application_name: 'hostile' });
      client.on('error', () => undefined);
      try {
        await client.connect();
        while (Date.now() < deadline) await this.transaction(client);
      } catch (error) {
        if (!wasKilled(error)) throw error;
        this.killed++;
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  private async transaction(client: pg.Client): Promise<void> {
    await client.query('BEGIN');
    // Some get their transaction id early and append late: sorted by transaction id, streams would be reversed.
    if (chance(0.3)) await client.query('SELECT pg_current_xact_id(), pg_sleep($1)', [Math.random() / 50]);
    // In the order of their names, for two appends in one transaction can otherwise deadlock.
    for (const streamId of this.someStreams()) {
      const events = Array.from({ length: chance(0.2) ? 3 : 1 }, () => event({ writer: this.number }));
      const values = appendValues(appendRequest(to(streamId, 'any', ...events)), 8);
      await client.query({ ...appendStatement, values });
      if (chance(0.5)) await client.query('SELECT pg_sleep($1)', [Math.random() / 50]);
    }
    if (chance(0.15)) {
      await client.query('ROLLBACK');
      this.rolledBack++;
      return;
    }
    await client.query('COMMIT');
    this.committed++;
  }

  private someStreams(): string[] {
    const shared = () => `shared:${String(Math.floor(Math.random() * STREAMS)).padStart(2, '0')}`;
    const streams = new Set([`own:${this.number}`, shared(), ...(chance(0.3) ? [shared()] : [])]);
    return [...streams].sort();
  }
}

function chance(probability: number): boolean {
  return Math.random() < probability;
}

function wasKilled(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '57P01' || /Connection terminated|not queryable|ECONNRESET|EPIPE/.test(message ?? '');
}
