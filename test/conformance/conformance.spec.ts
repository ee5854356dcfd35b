import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { account, startAccounts, type AccountsServer } from '../e2e/accounts/kit.js';
import { hiddenAnswer, readRecording, shown, type Exchange, type Files } from './exchange.js';
import { Placeholders } from './placeholders.js';
import { send, unpacked } from './wire.js';

/** What unmodified clients sent, and the answers that they could use: see README.md. */
const recordings = readdirSync(import.meta.dirname).filter((name) => name.startsWith('wasmer-'));

describe.each(recordings)('%s', (recording) => {
  const { steps, files } = readRecording(join(import.meta.dirname, recording));
  let server: AccountsServer;
  let placeholders: Placeholders;

  beforeAll(async () => {
    server = await startAccounts();
    const { token } = await account(server, 'ada');
    placeholders = new Placeholders(`http://localhost:${new URL(server.url).port}`);
    placeholders.hide(token);
  });
  afterAll(() => server?.close());

  // One story: each step needs those before it.
  it.each(steps)('$command', async ({ exchanges }) => {
    for (const exchange of exchanges) expect(await replayed(exchange, files)).toEqual(exchange.answer);
  });

  async function replayed(exchange: Exchange, files: Files): Promise<Exchange['answer']> {
    const answer = await send(server.url, shown(exchange, placeholders, files));
    return hiddenAnswer(unpacked(answer), placeholders, files);
  }
});
