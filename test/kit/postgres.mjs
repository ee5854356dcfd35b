import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import pg from 'pg';

// Tests throw the server away: durability is worth nothing, speed is.
const throwAway = { fsync: 'off', full_page_writes: 'off', max_connections: '300', max_wal_size: '256MB' };

/**
 * The server that the tests use, with an empty template database that belongs to an ordinary role, as the product's own does.
 * It is WAYBILL_TEST_POSTGRES (an administrator's URL) when set; otherwise one is started in `dataDir`.
 * @param {string} dataDir is made
 * @param {Record<string, string>} settings beside those of an ordinary installation
 * @returns `adminUrl`; `appUrl` (the ordinary role); `template` (its name); `templateUrl` (as the ordinary role); `stop()`
 */
export async function testPostgres(dataDir, settings = throwAway) {
  const server = await startOrUse(dataDir, settings);
  const suffix = randomBytes(4).toString('hex');
  const role = `waybill_test_${suffix}`;
  const template = `waybill_template_${suffix}`;
  const password = randomBytes(12).toString('hex');
  const admin = (sql) => runOnce(server.adminUrl, sql);
  try {
    await admin(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '${password}'`);
    await admin(`CREATE DATABASE ${template} OWNER ${role} TEMPLATE template0`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const appUrl = asRole(server.adminUrl, role, password);
  return {
    adminUrl: server.adminUrl,
    appUrl,
    template,
    templateUrl: withDatabase(appUrl, template),
    stop: async () => {
      if (!server.isOurs) await removeTraces(admin, role, template);
      await server.stop();
    },
  };
}

async function startOrUse(dataDir, settings) {
  const given = process.env.WAYBILL_TEST_POSTGRES;
  if (given) return { adminUrl: given, isOurs: false, stop: async () => undefined };
  const { startEmbeddedPostgres } = await import(new URL('../../dist/testkit.mjs', import.meta.url).href);
  mkdirSync(dataDir);
  const server = await startEmbeddedPostgres({ dataDir, settings, log: () => undefined });
  return { adminUrl: server.adminUrl, isOurs: true, stop: () => server.stop() };
}

/** On somebody's own server: databases that failed tests left behind, then the template and the role. */
async function removeTraces(admin, role, template) {
  const { rows } = await admin(
    `SELECT datname FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE rolname = '${role}' AND datname <> '${template}'`,
  );
  for (const { datname } of [...rows, { datname: template }]) {
    await admin(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  }
  await admin(`DROP ROLE IF EXISTS ${role}`);
}

function asRole(url, role, password) {
  const changed = new URL(url);
  changed.username = role;
  changed.password = password;
  return changed.href;
}

function withDatabase(url, name) {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function runOnce(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
