import { mayEnter, namedAccount, privateAccount } from './account.js';
import { StartupError } from './startup-error.js';

describe('whom the server runs as', () => {
  it('is nobody for initdb, or the first account that is not root', () => {
    expect(namedAccount('root:x:0:0::/:/bin/sh\nbin:x:1:1::/:\nnobody:x:65534:65533::/:\n')).toEqual({
      uid: 65534,
      gid: 65533,
    });
    expect(namedAccount('root:x:0:0::/:/bin/sh\nbin:x:1:2::/:\n')).toEqual({ uid: 1, gid: 2 });
    expect(() => namedAccount('root:x:0:0::/:/bin/sh\n')).toThrow(StartupError);
  });

  it('is an id of its own for the server', async () => {
    const { uid, gid } = await privateAccount();
    expect(uid).toBeGreaterThanOrEqual(60_706);
    expect(gid).toBe(uid);
  });

  it('enters a folder by the bits that count for it: those of the owner, else of the group, else of others', () => {
    const folder = { uid: 1, gid: 2, mode: 0o40710 };
    expect(mayEnter(folder, { uid: 1, gid: 9 })).toBe(true);
    expect(mayEnter(folder, { uid: 9, gid: 2 })).toBe(true);
    expect(mayEnter(folder, { uid: 9, gid: 9 })).toBe(false);
    expect(mayEnter({ ...folder, mode: 0o40011 }, { uid: 1, gid: 2 })).toBe(false);
  });
});
