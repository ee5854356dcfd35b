import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namespaces } from '../../projections/accounts/namespaces/namespaces.projection.js';
import { APPENDED_CHANNEL } from '../../src/core/feed/wake-up.js';
import { makeDataFolder, removeDataFolder } from '../kit/data-folder.js';
import { createEmptyDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { json, startOperator, type Operator } from '../kit/operator.js';
import { runProgram, startProgram, type CommandResult } from '../kit/program.js';
import { serverEnvironment, startServer } from '../kit/server.js';

let operator: Operator;
const waybill: Operator['waybill'] = (...args) => operator.waybill(...args);
const createNamespace: Operator['createNamespace'] = (...args) => operator.createNamespace(...args);

beforeAll(async () => void (operator = await startOperator()));
afterAll(() => operator.close());

/** Exit code and what was said on stderr; stdout stayed empty. */
function failure({ code, stdout, stderr }: CommandResult): { code: number | null; stderr: string } {
  expect(stdout).toBe('');
  return { code, stderr };
}

describe('the command line itself', () => {
  it('--help names every command and setting and says what exit codes mean; --version is that of the package', async () => {
    const help = await waybill('--help');
    expect(help.code).toBe(0);
    for (const word of [
      'serve',
      'migrate',
      'projections',
      'events',
      'jobs',
      'mail',
      'users',
      'keys',
      'package',
      'seed',
      'backup',
      'restore',
      'SMTP_URL',
      'WAYBILL_DATA_DIR',
      '4 done with findings',
    ])
      expect(help.stdout).toContain(word);
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(await waybill('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each(['serve', 'projections status'])('%s --help needs no database', async (command) => {
    const { code, stdout } = await runProgram([...command.split(' '), '--help'], { DATABASE_URL: 'nonsense' });
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: waybill ${command}`);
  });

  it.each([
    [['servr'], "unknown command 'servr'\n(Did you mean serve?)"],
    [['projections', 'stat'], "unknown command 'stat'"],
    [['events', 'tail', '--nope'], "unknown option '--nope'"],
    [['serve', '--roles', 'api,nope'], 'There is no role "nope". Roles: api, projector, relay, worker;'],
    [['serve', '--roles', ''], 'A role is missing. Roles: api, projector, relay, worker;'],
    [['events', 'show'], "missing required argument 'position-or-stream'"],
    [['events', 'tail', '--lines', 'many'], '--lines takes a whole number'],
    [['users', 'create', 'bob'], "required option '--email <address>' not specified"],
    [['users', 'erase', 'ann'], "required option '--yes' not specified"],
    [['projections', 'skip', namespaces.versionedName, 'x', '--reason', 'y'], 'x is no position.'],
  ])('%j is wrong usage: 2, and a line that helps', async (args, line) => {
    const { code, stderr } = failure(await waybill(...args));
    expect(code).toBe(2);
    expect(stderr).toContain(line);
  });

  it.each([
    [['users', 'reset-password', 'nobody'], 'There is no user nobody.'],
    [['users', 'unlock', 'nobody'], 'There is no user nobody.'],
    [['users', 'token', 'nobody'], 'There is no user nobody.'],
    [['users', 'sessions', 'nobody'], 'There is no user nobody.'],
    [['users', 'end-sessions', 'nobody'], 'There is no user nobody.'],
    [['users', 'erase', 'nobody', '--yes'], 'There is no user nobody.'],
    [['projections', 'parked', 'nothing_v1'], 'There is no projection nothing_v1'],
    [['projections', 'pause', 'nothing_v1', '--reason', 'x'], 'There is no projection nothing_v1'],
    [['projections', 'resume', 'nothing_v1'], 'There is no projection nothing_v1'],
    [['projections', 'retry', 'nothing_v1'], 'There is no projection nothing_v1'],
    [['projections', 'verify', 'nothing_v1'], 'There is no projection nothing_v1'],
    [['projections', 'skip', 'nothing_v1', '1', '--reason', 'x'], 'nothing_v1'],
    [['projections', 'retry', namespaces.versionedName], 'No such stream is parked.'],
    [['events', 'show', '999999'], 'There is no event at position 999999.'],
    [['events', 'show', 'user-999999'], 'There is no stream user-999999.'],
  ])('%j names what does not exist: 3', async (args, line) => {
    const { code, stderr } = failure(await waybill(...args));
    expect(code).toBe(3);
    expect(stderr).toContain(line);
  });

  it('a refusal of the product is one line and 1', async () => {
    expect(failure(await waybill('users', 'create', 'ANN', '--email', 'other@example.com'))).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^[^\n]*NAME_TAKEN[^\n]*\n$/),
    });
  });
});

describe('events', () => {
  it('tail and show print what happened, and sealed values stay sealed', async () => {
    const tail = await waybill('events', 'tail');
    const tailJson = await waybill('events', 'tail', '--json');
    const stream = tailJson.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ type, data }) => type === 'accounts.user.registered' && data.username === 'ann');
    const show = await waybill('events', 'show', stream.streamId);
    const showJson = await waybill('events', 'show', stream.streamId, '--json');
    const one = await waybill('events', 'show', String(stream.position));
    for (const { code, stdout, stderr } of [tail, tailJson, show, showJson, one]) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('accounts.user.registered');
      for (const secret of [operator.ann.email, 'Ann Example', 'argon2', operator.ann.token])
        expect(stdout).not.toContain(secret);
    }
    expect(show.stdout).toContain('"email":"(sealed)"');
    expect(json(showJson)).toHaveLength(1);
    expect(json(one)).toMatchObject({ position: stream.position, data: { username: 'ann' } });
    const only = await waybill('events', 'tail', '--json', '--lines', '1', '--type', 'accounts.namespace.created');
    expect(json(only)).toMatchObject({ type: 'accounts.namespace.created', data: { name: 'acme' } });
  });

  it('tail --follow goes on with new events until Ctrl-C', async () => {
    const tail = startProgram(['events', 'tail', '--follow', '--json', '--lines', '1'], { env: operator.env });
    await eventually(() => expect(tail.stdout()).not.toBe(''));
    await createNamespace('followed-1');
    await createNamespace('followed-2');
    await eventually(() => expect(tail.stdout()).toContain('followed-2'));
    expect(await tail.end('SIGINT')).toEqual({ code: 0, signal: null });
    const names = tail
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).data.name);
    expect(names.slice(-2)).toEqual(['followed-1', 'followed-2']);
    expect(tail.stderr()).toBe('');
  });

  it('verify checks the whole log', async () => {
    const verify = await waybill('events', 'verify', '--json');
    expect(verify.code).toBe(0);
    expect(json(verify)).toMatchObject({ findings: [] });
  });
});

describe('users and keys', () => {
  it.each([
    [['create', 'carl', '--email', 'not an address'], 'isEmail'],
    [['create', 'carl', '--email', 'one@example.com,two@example.com'], 'isEmail'],
    [['create', 'carl', '--email', 'carl@example.com', '--full-name', 'x'.repeat(201)], 'maxLength'],
    [['create', 'carl', '--email', 'carl@example.com', '--password', 'short'], 'minLength'],
    [['token', 'ann', '--name', 'x'.repeat(201)], 'maxLength'],
  ])('%j breaks a rule that the API has, too', async (args, rule) => {
    expect(failure(await waybill('users', ...args))).toEqual({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`^[^\\n]*BAD_USER_INPUT: ${rule}[^\\n]*\\n$`)),
    });
  });

  it('erase destroys an account for ever', async () => {
    await waybill('users', 'create', 'bob', '--email', 'bob@example.com');
    expect(await waybill('users', 'erase', 'bob', '--yes')).toEqual({
      code: 0,
      stdout: 'bob is erased.\n',
      stderr: '',
    });
    expect((await waybill('users', 'create', 'bob', '--email', 'bob@example.com')).code).toBe(1);
    for (const command of ['token', 'reset-password', 'unlock', 'sessions', 'end-sessions'])
      expect(await waybill('users', command, 'bob')).toEqual({
        code: 3,
        stdout: '',
        stderr: 'There is no user bob.\n',
      });
    expect((await waybill('users', 'erase', 'bob', '--yes')).code).toBe(0);
  });

  it('wakes running servers, so that a token that was just printed holds at once', async () => {
    const client = await operator.database.pool.connect();
    try {
      const woken = new Promise((resolve) => client.once('notification', ({ channel }) => resolve(channel)));
      await client.query(`LISTEN ${APPENDED_CHANNEL}`);
      expect((await waybill('users', 'token', 'ann')).code).toBe(0);
      expect(await woken).toBe(APPENDED_CHANNEL);
    } finally {
      client.release(true);
    }
  });

  it('generate prints a key; list and rotate say which key wraps how many data keys', async () => {
    expect((await waybill('keys', 'generate')).stdout).toMatch(/^[\w-]{43}=\n$/);
    const [before] = json(await waybill('keys', 'list', '--json'));
    expect(before).toEqual({ id: expect.stringMatching(/^[0-9a-f]{8}$/), wraps: true, dataKeys: expect.any(Number) });
    const rotated = json(await waybill('keys', 'rotate', '--json'));
    expect(rotated).toMatchObject({ rewrapped: before.dataKeys });
    const after = json(await waybill('keys', 'list', '--json'));
    expect(after).toEqual([
      { id: rotated.firstKey, wraps: true, dataKeys: before.dataKeys },
      { id: before.id, wraps: false, dataKeys: 0 },
    ]);
    await createNamespace('after-rotation');
  });
});

describe('without a server', () => {
  it('migrate brings an empty database to this version, once', async () => {
    const empty = await createEmptyDatabase();
    try {
      const emptyEnv = serverEnvironment(makeDataFolder(), empty);
      const first = await runProgram(['migrate', '--json'], emptyEnv);
      expect(json(first).applied.length).toBeGreaterThan(0);
      expect(json(await runProgram(['migrate', '--json'], emptyEnv))).toEqual({ applied: [] });
      expect((await runProgram(['migrate'], emptyEnv)).stdout).toBe('Nothing to do.\n');
    } finally {
      await empty.drop();
    }
  });

  it('commands use the embedded database alone and beside a server, and leave it as they found it', async () => {
    const dataDir = makeDataFolder();
    const alone = serverEnvironment(dataDir);
    const isRunning = () =>
      readFile(join(dataDir, 'postgres/postmaster.pid')).then(
        () => true,
        () => false,
      );
    try {
      const created = await runProgram(['users', 'create', 'ann', '--email', 'ann@example.com', '--json'], alone);
      expect(json(created).username).toBe('ann');
      expect(await isRunning()).toBe(false);

      const tail = startProgram(['events', 'tail', '-f', '--json'], { env: alone });
      await eventually(() => expect(tail.stdout()).toContain('accounts.user.registered'));
      expect(await tail.end('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(await isRunning()).toBe(false);

      const embedded = await startServer({ dataDir });
      expect(json(await runProgram(['events', 'tail', '--json', '-n', '1'], alone))).toMatchObject({ position: 1 });
      expect(await isRunning()).toBe(true);
      expect((await embedded.stop()).code).toBe(0);
    } finally {
      await removeDataFolder(dataDir);
    }
  });
});
