import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeDataFolder, removeDataFolder } from '../../kit/data-folder.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { runProgram, type CommandResult } from '../../kit/program.js';
import { serverEnvironment, startServer, type TestServer } from '../../kit/server.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { requestReset } from '../mail/kit.js';

/** An instance with something of everything that can happen, and what came of it. */
export type Source = AccountsServer & {
  ada: TestAccount;
  /** Ada's API token and the id of the namespace that she made under `clientMutationId`. */
  apiToken: string;
  namespaceId: string;
  /** Path of Ada's picture. */
  picture: string;
  waybill(...args: string[]): Promise<CommandResult>;
};

export const clientMutationId = 'made once';
export const createNamespace = `mutation ($input: CreateNamespaceInput!) { createNamespace(input: $input) { namespace { id name } clientMutationId } }`;
export const logIn = `mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token } }`;

export async function startSource(): Promise<Source> {
  const server = await startAccounts();
  const waybill = (...args: string[]) => runProgram(args, serverEnvironment(server.dataDir, server.database));
  const ada = await account(server, 'ada');
  const gone = await account(server, 'gone');
  const content = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
  const avatar = `data:image/png;base64,${content.toString('base64')}`;
  const profile = { bio: 'counts', avatar };
  const updated = await ada.ask(
    'mutation ($input: UpdateUserInfoInput!) { updateUserInfo(input: $input) { user { avatar } } }',
    { input: profile },
  );
  const picture = new URL(updated.data.updateUserInfo.user.avatar).pathname;
  const made = await ada.ask(createNamespace, { input: { name: 'engines', clientMutationId } });
  await gone.ask(createNamespace, { input: { name: 'left-behind' } });
  const token = `mutation { generateApiToken(input: { identifier: "laptop" }) { tokenRaw } }`;
  const { tokenRaw: apiToken } = (await ada.ask(token)).data.generateApiToken;
  await waybill('users', 'erase', 'gone', '--yes');
  await requestReset(server, 'ada');
  const source = { ...server, ada, apiToken, namespaceId: made.data.createNamespace.namespace.id, picture, waybill };
  // Of the two registrations and of the reset.
  await eventually(async () => expect(await mailsOf(source)).toHaveLength(3));
  return source;
}

export async function mailsOf({
  database,
}: {
  database: TestDatabase;
}): Promise<{ state: string; template: string }[]> {
  const { rows } = await database.pool.query('SELECT number, template, state FROM store.mails ORDER BY event_position');
  return rows;
}

/** Somewhere else: an empty database and an empty data folder. */
export type Elsewhere = {
  database: TestDatabase;
  dataDir: string;
  waybill(...args: string[]): Promise<CommandResult>;
  /** Puts the key ring of another installation here. */
  copyKeys(from: { dataDir: string }): void;
  start(): Promise<TestServer>;
  remove(): Promise<void>;
};

export async function makeElsewhere(): Promise<Elsewhere> {
  const database = await createTestDatabase();
  const dataDir = makeDataFolder();
  return {
    database,
    dataDir,
    waybill: (...args) => runProgram(args, serverEnvironment(dataDir, database)),
    copyKeys: (from) => {
      mkdirSync(dataDir, { recursive: true });
      copyFileSync(join(from.dataDir, 'keys'), join(dataDir, 'keys'));
    },
    start: () => startServer({ database, dataDir }),
    remove: async () => {
      await database.drop();
      await removeDataFolder(dataDir);
    },
  };
}

/** Every row of every read model, and the rows of the log, as text. */
export async function contents({ pool }: TestDatabase): Promise<Record<string, string[]>> {
  const { rows: tables } = await pool.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'read'
     UNION ALL SELECT unnest(ARRAY['store.events', 'store.claims', 'store.streams', 'store.data_keys', 'store.command_keys'])`,
  );
  const found: Record<string, string[]> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query(`SELECT t::text AS row FROM ${name} t ORDER BY 1`);
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}
