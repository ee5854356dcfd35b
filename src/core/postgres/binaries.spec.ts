import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { locateBinaries } from './binaries.js';

describe('the Postgres binaries', () => {
  it('are found for this platform, with their version', async () => {
    const { folder, major, version } = locateBinaries();
    await access(join(folder, 'bin', 'postgres'));
    expect(major).toBe(18);
    expect(version.startsWith('18.')).toBe(true);
  });

  it('that do not exist are named, with the way out', () => {
    expect(() => locateBinaries('sunos', 'sparc')).toThrow(/for sunos-sparc .*DATABASE_URL/);
  });
});
