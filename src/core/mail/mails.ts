import type pg from 'pg';
import { ERASED, sealFields, unsealFields, type DataKey, type Sealed } from '../crypto/sealed.js';
import type { DataKeys } from '../event-store/data-keys.js';
import type { JsonObject } from '../event-store/types.js';
import type { MailKey, RenderedMail } from './mail.js';

/**
 * `waiting`: not sent yet, or another try is to come; `sent`; `kept`: there was no mail server, the body is here; `failed`: the server
 * refused it for good; `dropped`: it had nothing to say any more.
 */
export type MailState = 'waiting' | 'sent' | 'kept' | 'failed' | 'dropped';

export type MailRow = MailKey & {
  number: number;
  messageId: string;
  state: MailState;
  lastError: string | null;
  createdAt: Date;
  sentAt: Date | null;
};

/** What is kept of a mail that cannot be sent. */
export type KeptBody = RenderedMail & { to: string };

const columns = `number::float8 AS number, event_position::float8 AS "eventPosition", template, user_id AS "userId",
  message_id AS "messageId", state, last_error AS "lastError", created_at AS "createdAt", sent_at AS "sentAt"`;

/** What `sealFields` binds the body to. */
const sealedType = 'store.mails';

/** How long it is known that a mail was sent. */
const keptDays = 90;

/**
 * Takes the mail of an event: the first call makes its row, every later one finds it.
 * @param messageId of the first call; a later one does not change it
 */
export async function takeMail(pool: pg.Pool, key: MailKey, messageId: string): Promise<MailRow> {
  const { rows } = await pool.query(
    `INSERT INTO store.mails (event_position, template, user_id, message_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT ON CONSTRAINT mails_once_per_event DO UPDATE SET template = excluded.template RETURNING ${columns}`,
    [key.eventPosition, key.template, key.userId, messageId],
  );
  return rows[0];
}

/** Notes how it went. A mail that was sent stays sent. */
export async function markMail(pool: pg.Pool, number: number, state: MailState, error: string | null): Promise<void> {
  await pool.query(
    `UPDATE store.mails SET state = $2, last_error = $3, sent_at = CASE WHEN $2 = 'sent' THEN now() END
     WHERE number = $1 AND state <> 'sent'`,
    [number, state, error],
  );
}

/** Notes that a mail, if it was taken and is not sent, has nothing to say any more. */
export async function dropMail(pool: pg.Pool, key: MailKey, reason: string): Promise<void> {
  await pool.query(
    `UPDATE store.mails SET state = 'dropped', last_error = $4
     WHERE event_position = $1 AND template = $2 AND user_id = $3 AND state IN ('waiting', 'failed')`,
    [key.eventPosition, key.template, key.userId, reason],
  );
}

/** Keeps the body, sealed, so that an erasure of its reader erases it, too. */
export async function keepMail(pool: pg.Pool, number: number, body: KeptBody, key: DataKey): Promise<void> {
  const sealed = sealFields(sealedType, ['body'], { body }, key);
  await pool.query(`UPDATE store.mails SET state = 'kept', body = $2 WHERE number = $1 AND state <> 'sent'`, [
    number,
    sealed.body,
  ]);
}

/** The newest mails, newest first. */
export async function listMails(pool: pg.Pool, limit: number): Promise<MailRow[]> {
  const { rows } = await pool.query(`SELECT ${columns} FROM store.mails ORDER BY number DESC LIMIT $1`, [limit]);
  return rows;
}

/** @returns the mail and what is kept of it: nothing unless its state is `kept`, `erased` when its reader is erased; null when there is none. */
export async function findMail(
  pool: pg.Pool,
  dataKeys: DataKeys,
  number: number,
): Promise<(MailRow & { body: KeptBody | typeof ERASED | null }) | null> {
  const { rows } = await pool.query<MailRow & { body: Sealed | null }>(
    `SELECT ${columns}, body FROM store.mails WHERE number = $1`,
    [number],
  );
  const [row] = rows;
  if (!row) return null;
  if (!row.body) return { ...row, body: null };
  const keys = await dataKeys.find([row.body.$sealed]);
  const keyOf = (subject: string) => {
    const key = keys.get(subject);
    if (key instanceof Error) throw key;
    return key;
  };
  const open = unsealFields(sealedType, ['body'], { body: row.body } as JsonObject, keyOf);
  return { ...row, body: open.body as KeptBody | typeof ERASED };
}

/** @returns how many old mails were forgotten. */
export async function forgetOldMails(pool: pg.Pool): Promise<number> {
  const result = await pool.query(`DELETE FROM store.mails WHERE created_at < now() - make_interval(days => $1::int)`, [
    keptDays,
  ]);
  return result.rowCount ?? 0;
}
