import type pg from 'pg';
import type { KeyWrapper } from '../crypto/key-ring.js';
import { InvalidFernetToken } from '../crypto/fernet.js';
import { newDataKey } from '../crypto/sealed.js';
import type { WrappedDataKey } from './types.js';

/** A subject's data key, or the fact that it was destroyed, or why what is stored is no key: a fault of this subject alone. */
export type OpenedKey = Buffer | 'erased' | InvalidFernetToken;

export type DataKeyRow = { subject: string; wrapped: string | null; ringKeyId: string | null };

/** The data keys of sealed values: kept wrapped in the database, opened only in memory and never cached, so an erasure takes effect at once. */
export class DataKeys {
  constructor(
    private readonly pool: pg.Pool,
    private readonly ring: KeyWrapper,
  ) {}

  /** Keys of the subjects that have or had one. One statement. */
  async find(subjects: string[]): Promise<Map<string, OpenedKey>> {
    if (subjects.length === 0) return new Map();
    const { rows } = await this.pool.query<DataKeyRow>({
      name: 'find data keys',
      text: 'SELECT subject, wrapped, ring_key_id AS "ringKeyId" FROM store.data_keys WHERE subject = ANY($1)',
      values: [subjects],
    });
    return this.open(rows);
  }

  /** @throws UnknownRingKey when the key ring does not fit the database: then nothing can be read, and nothing is to be given up for it. */
  open(rows: DataKeyRow[]): Map<string, OpenedKey> {
    return new Map(rows.map((row) => [row.subject, this.openOne(row)]));
  }

  /** A fresh key for a subject, and its wrapped form that an append stores with the first event sealed by it. */
  make(subject: string): { key: Buffer; stored: WrappedDataKey } {
    const key = newDataKey();
    return { key, stored: { subject, ...this.ring.wrap(key) } };
  }

  /** The key of a subject that is no person, made at the first call on this database. Two processes at once get the same. */
  async system(subject: string): Promise<Buffer> {
    const { stored } = this.make(subject);
    await this.pool.query(
      'INSERT INTO store.data_keys (subject, wrapped, ring_key_id) VALUES ($1, $2, $3) ON CONFLICT (subject) DO NOTHING',
      [subject, stored.wrapped, stored.ringKeyId],
    );
    const key = (await this.find([subject])).get(subject);
    if (!Buffer.isBuffer(key)) throw key instanceof Error ? key : new Error(`The data key of ${subject} is gone.`);
    return key;
  }

  /**
   * Wraps every key anew with the ring's first key, in small transactions. Events are not touched.
   * @returns how many were re-wrapped, and how many each ring key still wraps.
   */
  async rewrap(
    firstKeyId: string,
    onProgress?: (done: number) => void,
  ): Promise<{ rewrapped: number; byRingKey: Record<string, number> }> {
    let rewrapped = 0;
    for (;;) {
      const { rows } = await this.pool.query<DataKeyRow>(
        `SELECT subject, wrapped, ring_key_id AS "ringKeyId" FROM store.data_keys
         WHERE wrapped IS NOT NULL AND ring_key_id <> $1 ORDER BY subject LIMIT 500`,
        [firstKeyId],
      );
      if (rows.length === 0) break;
      const wrapped = rows.map((row) => this.ring.wrap(this.ring.unwrap(row.wrapped!, row.ringKeyId!)));
      await this.pool.query(
        `UPDATE store.data_keys k SET wrapped = n.wrapped, ring_key_id = n.ring_key_id
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS n(subject, old, wrapped, ring_key_id)
         WHERE k.subject = n.subject AND k.wrapped = n.old`,
        [
          rows.map((row) => row.subject),
          rows.map((row) => row.wrapped),
          wrapped.map((key) => key.wrapped),
          wrapped.map((key) => key.ringKeyId),
        ],
      );
      rewrapped += rows.length;
      onProgress?.(rewrapped);
    }
    const counts = await this.pool.query(
      'SELECT ring_key_id AS id, count(*)::int AS n FROM store.data_keys WHERE wrapped IS NOT NULL GROUP BY 1',
    );
    return { rewrapped, byRingKey: Object.fromEntries(counts.rows.map((row) => [row.id, row.n])) };
  }

  private openOne({ wrapped, ringKeyId }: DataKeyRow): OpenedKey {
    if (!wrapped) return 'erased';
    try {
      return this.ring.unwrap(wrapped, ringKeyId!);
    } catch (error) {
      if (error instanceof InvalidFernetToken) return error;
      throw error;
    }
  }
}
