import { ConfigError, loadConfig } from './config.js';

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('has a default for everything, and takes an empty value as not given', () => {
    const expected = {
      port: 4000,
      host: '127.0.0.1',
      dataDir: '.waybill',
      publicUrl: 'http://localhost:4000',
      trustProxy: false,
      registration: 'open',
      databaseUrl: undefined,
      keyRing: undefined,
      limitFactor: 1,
      commandKeyDays: 30,
      logLevel: 'info',
      logFormat: 'auto',
      warnings: [],
    };
    expect(loadConfig({})).toEqual(expected);
    expect(loadConfig({ PORT: '', WAYBILL_REGISTRATION: ' ', DATABASE_URL: '' })).toEqual(expected);
  });

  it('derives the public URL from the port, unless it is given', () => {
    expect(loadConfig({ PORT: '8080' }).publicUrl).toBe('http://localhost:8080');
    expect(loadConfig({ WAYBILL_PUBLIC_URL: 'https://pkg.example.com/' }).publicUrl).toBe('https://pkg.example.com');
  });

  it.each([
    ['false', false],
    ['true', true],
    ['2', 2],
    ['10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']],
  ])('reads WAYBILL_TRUST_PROXY=%s', (text, expected) => {
    expect(loadConfig({ WAYBILL_TRUST_PROXY: text }).trustProxy).toEqual(expected);
  });

  it('reports every bad setting at once, one line each, with what is allowed', () => {
    const problems = problemsOf({ PORT: '70000', WAYBILL_REGISTRATION: 'maybe', WAYBILL_LOG_LEVEL: 'loud' });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toBe(
      'PORT: "70000" is not such a number. Allowed: a whole number from 0 to 65535; 0 takes any free port.',
    );
    expect(problems[1]).toContain('WAYBILL_REGISTRATION: "maybe"');
    expect(problems[2]).toContain('trace, debug, info');
  });

  it.each([
    ['PORT', '4e3'],
    ['PORT', '-1'],
    ['HOST', 'a b'],
    ['WAYBILL_PUBLIC_URL', 'example.com'],
    ['WAYBILL_PUBLIC_URL', 'ftp://example.com'],
    ['WAYBILL_PUBLIC_URL', 'https://example.com/graphql'],
    ['WAYBILL_PUBLIC_URL', 'https://example.com?x=1'],
    ['WAYBILL_PUBLIC_URL', 'https://me:pw@example.com'],
    ['WAYBILL_TRUST_PROXY', 'yes'],
    ['WAYBILL_TRUST_PROXY', '10.0.0.0/33'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['WAYBILL_LOG_FORMAT', 'xml'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: .* Allowed: `))]);
  });

  it('never prints a secret value', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db/x' }).join()).not.toContain('hunter2');
  });

  it('warns about an unknown setting with the nearest known name', () => {
    const { warnings } = loadConfig({ WAYBILL_REGISTRATIONS: 'closed', WAYBILL_TEST_POSTGRES: 'x', OTHER: '1' });
    expect(warnings).toEqual([
      'WAYBILL_REGISTRATIONS is not a setting of Waybill and has no effect. Did you mean WAYBILL_REGISTRATION?',
    ]);
  });
});
