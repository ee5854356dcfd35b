import { applyClaims, claimKey, personalClaimKey } from './claims.js';
import type { ClaimChange } from './types.js';

describe('claim keys', () => {
  it('are the same for values that differ in case or in how characters are composed', () => {
    expect(claimKey('owner-name', 'ACME')).toBe('owner-name:acme');
    expect(claimKey('owner-name', 'ﬁne')).toBe(claimKey('owner-name', 'FINE'));
    expect(claimKey('owner-name', 'e\u0301')).toBe(claimKey('owner-name', '\u00e9'));
    expect(claimKey('owner-name', ' a')).not.toBe(claimKey('owner-name', 'a'));
  });

  it('on personal data hold a keyed hash only', () => {
    const key = personalClaimKey('email', 'Ada@Example.org', Buffer.alloc(32, 1));
    expect(key).toMatch(/^email:[\w-]{43}$/);
    expect(key).toBe(personalClaimKey('email', 'ada@example.ORG', Buffer.alloc(32, 1)));
    expect(key).not.toBe(personalClaimKey('email', 'ada@example.org', Buffer.alloc(32, 2)));
  });
});

describe('claims from the log', () => {
  it('change hands, and only the owner releases', () => {
    const owners = new Map<string, string>();
    const change = (streamId: string, claims: ClaimChange) =>
      applyClaims(owners, { streamId, metadata: { actor: { kind: 'anonymous' }, correlationId: '', claims } });
    change('x', { take: ['a'] });
    change('y', { take: ['b'] });
    // A swap, in one append: x comes first and takes what y gives up only afterwards.
    change('x', { take: ['b'], release: ['a'] });
    change('y', { take: ['a'], release: ['b'] });
    expect(owners).toEqual(new Map([['b', 'x'], ['a', 'y']])); // prettier-ignore
    change('x', { take: ['b'], release: ['b'] });
    expect(owners.get('b')).toBe('x');
    change('x', { release: ['b'] });
    expect(owners).toEqual(new Map([['a', 'y']]));
  });
});
