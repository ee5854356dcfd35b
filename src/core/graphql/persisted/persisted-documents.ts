import { createHash } from 'node:crypto';
import type pg from 'pg';
import { run, type Statement } from '../../event-store/statement.js';
import { sha256 } from '../execution/documents.js';
import { refuse } from './persisted.errors.js';

/** Said to operators in the README. A text is bounded by its tokens as well. */
export const persistedLimits = { documents: 5_000, characters: 20_000 } as const;

const byHash: Record<number, Statement> = {
  64: { name: 'persisted_document.sha256', text: 'SELECT text FROM store.persisted_documents WHERE id = $1' },
  // Only operators store documents, so nobody else gains by a second text with the same MD5.
  32: {
    name: 'persisted_document.md5',
    text: 'SELECT text FROM store.persisted_documents WHERE md5 = $1 ORDER BY stored_at LIMIT 1',
  },
};

const insert: Statement = {
  name: 'persisted_document.insert',
  text: `WITH stored AS (
      INSERT INTO store.persisted_documents (id, md5, text)
      SELECT $1, $2, $3 WHERE (SELECT count(*) FROM store.persisted_documents) < $4::integer
      ON CONFLICT (id) DO NOTHING RETURNING id
    )
    SELECT id FROM stored UNION SELECT id FROM store.persisted_documents WHERE id = $1`,
};

/** Texts of documents that clients name by a hash instead of sending them. They outlive the process. */
export class PersistedDocuments {
  constructor(private readonly pool: pg.Pool) {}

  /** @param id the SHA-256 or MD5 of the text, in hex; null for anything else, and for what was not stored. */
  async find(id: string): Promise<string | null> {
    const statement = /^[0-9a-f]+$/.test(id) ? byHash[id.length] : undefined;
    if (!statement) return null;
    const [row] = await run<{ text: string }>(this.pool, statement, [id]);
    return row?.text ?? null;
  }

  /**
   * Stores a valid document. One that is there already stays as it is.
   * @returns its id
   * @throws Refusal PERSISTED_DOCUMENTS_FULL
   */
  async add(text: string): Promise<string> {
    const id = sha256(text);
    const md5 = createHash('md5').update(text, 'utf8').digest('hex');
    const [row] = await run<{ id: string }>(this.pool, insert, [id, md5, text, persistedLimits.documents]);
    if (!row) throw refuse('PERSISTED_DOCUMENTS_FULL', { limit: persistedLimits.documents });
    return id;
  }
}
