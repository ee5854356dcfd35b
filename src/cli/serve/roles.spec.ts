import { allRoles, listed, parseRoles } from './roles.js';
import { warnOfRoles } from './warnings.js';

describe('--roles', () => {
  it('takes names in any order, each once', () => {
    expect(parseRoles('worker, api,worker')).toEqual(['api', 'worker']);
  });

  it.each([
    ['', 'A role is missing.'],
    ['api,', 'A role is missing.'],
    ['api,proyector', 'There is no role "proyector".'],
    ['toString', 'There is no role "toString".'],
  ])('%j is refused with the list of roles', (text, what) => {
    expect(() => parseRoles(text)).toThrow(
      `${what} Roles: api, projector, relay, worker; several are separated by commas.`,
    );
  });

  it('are listed as a sentence has them', () => {
    expect([['api'], ['api', 'relay'], allRoles].map(listed)).toEqual([
      'api',
      'api and relay',
      'api, projector, relay and worker',
    ]);
  });
});

describe('warnings', () => {
  const config = { databaseUrl: 'postgres://somewhere', port: 4000, publicUrl: 'https://packages.example.com' };

  it('there are none for a service that can work', () => {
    expect(warnOfRoles(config, ['worker'])).toEqual([]);
    expect(warnOfRoles({ ...config, databaseUrl: undefined }, allRoles)).toEqual([]);
  });

  it('name the roles that run nowhere beside the embedded database', () => {
    expect(warnOfRoles({ ...config, databaseUrl: undefined }, ['api'])).toEqual([
      expect.stringMatching(/does not run projector and worker: nobody does\. .* DATABASE_URL/),
    ]);
  });

  it('tell a worker without an address for its links', () => {
    const local = { ...config, publicUrl: 'http://localhost:4000' };
    expect(warnOfRoles(local, ['worker'])).toEqual([expect.stringContaining('WAYBILL_PUBLIC_URL')]);
    expect(warnOfRoles(local, ['api', 'worker'])).toEqual([]);
  });
});
