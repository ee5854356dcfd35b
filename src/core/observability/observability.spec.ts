import { createLogger, type LogSettings } from './logger.js';
import { boundedLabel, counter, measureProcess, printMetrics, sqlStatements } from './metrics.js';
import { NestLogger } from './nest-logger.js';
import { scrub } from './redact.js';

function capture(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const logger = createLogger(
    { logLevel: 'trace', logFormat: 'json', ...settings },
    { write: (line) => lines.push(line) },
  );
  return { logger, lines, first: () => JSON.parse(lines[0]!) as Record<string, any> };
}

describe('scrub', () => {
  it.each([
    ['token wba_Abc-123_x. End', 'token [redacted]. End'],
    ['Authorization: Bearer abc.def==', 'Authorization: Bearer [redacted]'],
    ['postgres://me:hunter2@db:5432/x', 'postgres://me:[redacted]@db:5432/x'],
    ['postgresql://me:a@b@db/x', 'postgresql://me:[redacted]@db/x'],
    ['see http://localhost:4000/graphql', 'see http://localhost:4000/graphql'],
  ])('%s', (text, expected) => expect(scrub(text)).toBe(expected));
});

describe('the logger', () => {
  it('writes one JSON object per line with level, time and fields', () => {
    const { logger, first } = capture();
    logger.info({ requestId: 'r1' }, 'hello');
    expect(first()).toMatchObject({ level: 'info', msg: 'hello', requestId: 'r1', time: expect.stringMatching(/Z$/) });
  });

  it('masks secrets by name at any depth, in any spelling, and keeps what only sounds like one', () => {
    const { logger, lines, first } = capture();
    logger.info({
      req: { headers: { Authorization: 's3cret', 'set-cookie': ['s3cret'] } },
      args: { input: [{ newPassword: 's3cret', apiKey: 's3cret', keyRing: 's3cret' }] },
      tokenId: 't-1',
      tokenCount: 3,
    });
    expect(lines.join()).not.toContain('s3cret');
    expect(first()).toMatchObject({ tokenId: 't-1', tokenCount: 3 });
  });

  it('scrubs messages, error texts, stacks, causes and the fields of child loggers', () => {
    const { logger, lines, first } = capture();
    const cause = new Error('connect postgres://u:s3cret@h/d');
    logger
      .child({ note: 'wbs_s3cret', cookie: 's3cret' })
      .error({ err: new TypeError('wba_s3cret', { cause }) }, 'got wbr_s3cret');
    expect(lines.join()).not.toContain('s3cret');
    expect(first()['err']).toMatchObject({ type: 'TypeError', stack: expect.stringContaining('observability.spec') });
  });

  it('survives circles and big integers', () => {
    const { logger, first } = capture();
    const circle: Record<string, unknown> = { size: 12n };
    circle['self'] = circle;
    logger.info({ circle });
    expect(first()['circle']).toEqual({ size: '12', self: '[cut]' });
  });

  it('writes text for people when told to, also without secrets', () => {
    const { logger, lines } = capture({ logFormat: 'pretty' });
    logger.info({ token: 's3cret' }, 'hello wba_s3cret');
    expect(lines.join()).toContain('INFO');
    expect(lines.join()).toContain('hello [redacted]');
    expect(lines.join()).not.toContain('s3cret');
  });

  it('takes the lines of Nest', () => {
    const { logger, lines } = capture({ logLevel: 'info' });
    const nest = new NestLogger(logger);
    nest.log('ready', 'Part');
    nest.log('noise', 'InstanceLoader');
    nest.error(new Error('broken'), 'Part');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'info', msg: 'ready', part: 'Part' }),
      expect.objectContaining({ level: 'error', msg: 'broken', err: expect.objectContaining({ type: 'Error' }) }),
    ]);
  });
});

describe('metrics', () => {
  it('prints own and process metrics, all under one prefix', async () => {
    measureProcess();
    measureProcess();
    sqlStatements.inc({ pool: 'read' });
    const { text, contentType } = await printMetrics();
    expect(contentType).toContain('text/plain');
    expect(text).toContain('waybill_sql_statements_total{pool="read"} 1');
    expect(text).toContain('waybill_process_cpu_seconds_total');
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!);
    expect(names.filter((name) => !name.startsWith('waybill_'))).toEqual([]);
  });

  it('refuses a name that is declared twice', () => {
    counter({ name: 'waybill_twice_total', help: 'x' });
    expect(() => counter({ name: 'waybill_twice_total', help: 'x' })).toThrow(/already been registered/);
  });

  it('bounds the values that clients choose', () => {
    const label = boundedLabel(2);
    expect(['A', 'B', 'C', 'A', null, 'not a name'].map(label)).toEqual(['A', 'B', 'other', 'A', 'none', 'other']);
  });
});
