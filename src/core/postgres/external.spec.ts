import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { checkExternalPostgres } from './external.js';
import { StartupError } from './startup-error.js';

/** Speaks just enough of the Postgres protocol to claim any version and encoding. */
function pretender(version: number, encoding: string): Server {
  const message = (type: string, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const int16 = (value: number) => Buffer.from([value >> 8, value & 255]);
  const int32 = (value: number) => Buffer.from([value >> 24, value >> 16, value >> 8, value]);
  const text = (value: string) => Buffer.concat([int32(value.length), Buffer.from(value)]);
  const column = (name: string, type: number) =>
    Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(type), int16(4), int32(-1), int16(0)]);
  const ready = message('Z', Buffer.from('I'));
  return createServer((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int32(0)), ready]));
      socket.once('data', () =>
        socket.write(
          Buffer.concat([
            message('T', int16(2), column('version', 23), column('encoding', 25)),
            message('D', int16(2), text(String(version)), text(encoding)),
            message('C', Buffer.from('SELECT 1\0')),
            ready,
          ]),
        ),
      );
    });
  });
}

describe('a Postgres of the operator', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const serve = async (server: Server) => {
    servers.push(server);
    server.on('connection', (socket) => sockets.push(socket));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `postgres://ann:s3cret@127.0.0.1:${(server.address() as AddressInfo).port}/shop`;
  };
  const refusal = async (url: string, timeoutMs?: number) => {
    const error = await checkExternalPostgres(url, timeoutMs).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toBeInstanceOf(StartupError);
    expect(error!.message).not.toContain('s3cret');
    expect(error!.message).not.toContain('\n');
    return error!.message;
  };

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
  });

  it.each([150000, 160004, 180004])('of version %i in UTF8 will do', async (version) => {
    await checkExternalPostgres(await serve(pretender(version, 'UTF8')));
  });

  it('of another version is refused', async () => {
    expect(await refusal(await serve(pretender(140011, 'UTF8')))).toContain(
      'PostgreSQL 14; Waybill works with 15 to 18',
    );
    expect(await refusal(await serve(pretender(190000, 'UTF8')))).toContain('PostgreSQL 19');
  });

  it('in another encoding is refused', async () => {
    expect(await refusal(await serve(pretender(170000, 'SQL_ASCII')))).toContain('SQL_ASCII');
  });

  it('that does not answer is named without its password', async () => {
    const url = await serve(createServer());
    servers.pop()!.close();
    expect(await refusal(url)).toMatch(/cannot use 127\.0\.0\.1:\d+\/shop as ann: .*ECONNREFUSED/);
    expect(await refusal(url.replace('127.0.0.1', 'localhost'))).toContain('ECONNREFUSED');
    const silent = await serve(createServer(() => undefined));
    expect(await refusal(silent, 200)).toContain('timeout');
  });

  it('must be given as a Postgres URL', async () => {
    expect(await refusal('mysql://ann:s3cret@db/shop')).toContain('not a Postgres URL');
    expect(await refusal('s3cret')).toContain('not a Postgres URL');
    expect(await refusal('postgres://an%n:s3cret@127.0.0.1:1/shop')).toContain('cannot use');
  });
});
