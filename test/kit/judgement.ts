import { apiTokens } from '../../projections/accounts/api-tokens/api-tokens.projection.js';
import { namespaces } from '../../projections/accounts/namespaces/namespaces.projection.js';
import { sessions } from '../../projections/accounts/sessions/sessions.projection.js';
import { totals } from '../../projections/accounts/totals/totals.projection.js';
import { users } from '../../projections/accounts/users/users.projection.js';
import { tableName } from '../../src/core/projection/ddl.js';
import { writesOutOfOrder } from './audit.js';
import { eventually } from './eventually.js';
import type { Load } from './load.js';
import { markOfEvent } from './mutations.js';
import { runProgram } from './program.js';
import { select } from './select.js';
import type { Topology } from './topology.js';

/**
 * Waits until all is applied and no job is left, and then says what is not as it must be: what was answered stands in the log once, and the
 * read models are what the log says, row by row and in number, written in the order of the log.
 * @param loads all that ran on this database
 * @returns a line for each difference; none when all is well
 * @throws Error when it does not become quiet
 */
export async function judge({ database: { url }, env }: Topology, loads: Load[]): Promise<string[]> {
  await quiet(url);
  return [
    ...loads.flatMap(({ unanswered }) => unanswered.map(({ mark, reason }) => `${mark} was not answered: ${reason}`)),
    ...(await marksMissing(
      url,
      loads.flatMap(({ answered }) => answered),
    )),
    ...(await countsApart(url)),
    ...(await writesOutOfOrder(url)),
    ...(await found(env, ['projections', 'verify', '--json'], (reports) =>
      reports.flatMap((report: any) =>
        report.differences.map((one: any) => `${report.projection} ${one.kind} ${one.id}`),
      ),
    )),
    ...(await found(env, ['events', 'verify', '--json'], ({ findings }) => findings)),
  ];
}

/** Waits until every read model and reactor stands at the head of the log, nothing is parked, and every job is done. */
export function quiet(url: string, timeoutMs = 30_000): Promise<void> {
  return eventually(async () => {
    const waiting = await unrestOf(url);
    if (waiting.length > 0) throw new Error(`Not quiet: ${waiting.join('; ')}`);
  }, timeoutMs);
}

/** @returns a line for each thing that keeps it from being quiet. */
export async function unrestOf(url: string): Promise<string[]> {
  return (await select(url, unrest)).map(({ what }) => what);
}

// Checkpoints of a table that is being built are its own business.
const unrest = `
SELECT c.projection || ' lacks ' || count(*) || ' events' AS what
FROM store.checkpoints c JOIN store.events e ON e.partition = c.partition AND e.position > c.position
WHERE c.projection NOT LIKE '%:%' GROUP BY c.projection
UNION ALL SELECT projection || ' has parked ' || stream_id FROM store.parked_streams
UNION ALL SELECT name || ' is paused' FROM store.projections WHERE state <> 'running'
UNION ALL SELECT 'job ' || task_identifier || ': ' || coalesce(last_error, 'waits') FROM graphile_worker.jobs`;

/** What was answered is in the log, and no command stands there twice, not even one whose answer was lost and that was sent again. */
async function marksMissing(url: string, answered: string[]): Promise<string[]> {
  const sql = `SELECT ${markOfEvent} AS mark, type, count(*)::int AS times FROM store.events WHERE metadata ? 'commandKey' GROUP BY 1, 2`;
  const rows = await select(url, sql);
  const marks = new Set(rows.map(({ mark }) => mark));
  const repeated = rows.filter(({ times }) => times > 1);
  return [
    ...repeated.map(({ mark, type, times }) => `${mark}: ${type} is in the log ${times} times`),
    ...answered.filter((mark) => !marks.has(mark)).map((mark) => `${mark} was answered and is not in the log`),
  ];
}

const registered = `type = 'accounts.user.registered'`;
const created = `type = 'accounts.namespace.created'`;
const sumOf = (group: string) =>
  `SELECT coalesce(sum(count), 0) FROM ${tableName(totals)} WHERE group_key = '${group}'`;

/** What each read model must hold according to a plain count of events: a way to the same figure that shares nothing with the folds. */
const counts = [
  { what: 'users', held: `SELECT count(*) FROM ${tableName(users)}`, events: registered },
  { what: 'namespaces', held: `SELECT count(*) FROM ${tableName(namespaces)}`, events: created },
  { what: 'sessions', held: `SELECT count(*) FROM ${tableName(sessions)}`, events: `type = 'accounts.session.opened'` },
  {
    what: 'API tokens',
    held: `SELECT count(*) FROM ${tableName(apiTokens)}`,
    events: `type = 'accounts.api-token.generated'`,
  },
  { what: 'the sum of users', held: sumOf('users'), events: registered },
  { what: 'the sum of namespaces', held: sumOf('namespaces'), events: created },
  {
    what: 'mails',
    held: `SELECT count(*) FROM store.mails WHERE template = 'email-validation'`,
    events: `type = 'accounts.user.challenge-issued' AND data ->> 'purpose' = 'email-validation'`,
  },
];

async function countsApart(url: string): Promise<string[]> {
  const each = counts.map(
    ({ what, held, events }) =>
      `SELECT '${what}' AS what, (${held})::int AS held, (SELECT count(*)::int FROM store.events WHERE ${events}) AS due`,
  );
  const rows = await select(url, each.join(' UNION ALL '));
  return rows
    .filter(({ held, due }) => held !== due)
    .map(({ what, held, due }) => `${what}: ${held} applied of ${due} events`);
}

async function found(
  env: Record<string, string>,
  command: string[],
  findings: (report: any) => string[],
): Promise<string[]> {
  const { code, stdout, stderr } = await runProgram(command, env);
  const name = command.slice(0, 2).join(' ');
  if (code !== 0 && code !== 4) return [`${name} ended with code ${code}: ${stderr.trim()}`];
  return findings(JSON.parse(stdout)).map((finding) => `${name}: ${finding}`);
}
