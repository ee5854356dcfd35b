import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { buildSchema, parse } from 'graphql';
import { FixtureModule, fixtureSdl, startFixture, withFixture } from '../../../test/kit/web-fixture.js';
import { Module } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { ContextFactory } from './context.js';
import { formatDateTime } from './date-time.js';
import { createGraphqlModule } from './graphql.module.js';
import { validateOperation } from './limits.js';
import { policies, Policy } from './policy.js';

describe('policies', () => {
  it('refuses an action that is declared twice or is not named silo:resource:verb', () => {
    policies({ 'spec:thing:read': { caller: 'user' } });
    expect(() => policies({ 'spec:thing:read': { caller: 'user' } })).toThrow('spec:thing:read is declared twice');
    expect(() => policies({ 'spec:read': { caller: 'user' } })).toThrow('silo:resource:verb');
  });

  it('stops the start, by name, when no silo declares an action', async () => {
    @Resolver()
    class Misspelt {
      @Query()
      @Policy('spec:thing:reed')
      misspelt() {
        return 'x';
      }
    }
    @Module({ providers: [Misspelt] })
    class MisspeltModule {}
    const typeDefs = [fixtureSdl, 'extend type Query { misspelt: String }'];
    const graphql = createGraphqlModule({ typeDefs, imports: [FixtureModule, MisspeltModule] });
    await expect(startFixture({}, [graphql])).rejects.toThrow('Query.misspelt names "spec:thing:reed"');
  });
});

describe('the context', () => {
  it('takes what others contribute', () =>
    withFixture({}, async ({ app, query }) => {
      const bob = { kind: 'user', userId: 'bob', isOperator: false, tokenId: 't' } as const;
      app
        .get(ContextFactory, { strict: false })
        .contribute(({ actor }) => (actor.kind === 'anonymous' ? { actor: bob } : {}));
      expect((await query('{ viewer { username } }')).data).toEqual({ viewer: { username: 'bob' } });
    }));
});

describe('the credentials', () => {
  const bearers: string[] = [];
  const authenticator = {
    authenticate: (bearer: string) => {
      bearers.push(bearer);
      return Promise.resolve({ kind: 'system', name: 'spec' } as const);
    },
  };
  const identify = (authorization: string | undefined) =>
    new ContextFactory().create({ headers: {} } as FastifyRequest, authenticator, {
      requestId: 'r',
      log: {} as FastifyBaseLogger,
      authorization,
    });

  it.each(['Bearer abc', '  bearer\t abc  ', 'BEARER abc'])('%j names a token', async (authorization) => {
    await identify(authorization);
    expect(bearers.at(-1)).toBe('abc');
  });

  it.each([undefined, '', '  ', 'Bearer', 'bearer \t'])('%j names nobody', async (authorization) => {
    expect(await identify(authorization)).toMatchObject({ actor: { kind: 'anonymous' }, tokenRefusal: undefined });
  });

  it('are read in one go, also when they are nothing but blanks between letters', async () => {
    const startedAt = performance.now();
    const { tokenRefusal } = await identify(`Bearer x${' '.repeat(300_000)}y`);
    expect(tokenRefusal).toMatchObject({ code: 'UNAUTHENTICATED' });
    // A pattern that goes back over them takes most of a minute, this a millisecond.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('validateOperation', () => {
  const schema = buildSchema('type Query { self: Query name: String }');

  it('applies the rules of the specification and the limits', () => {
    expect(validateOperation(schema, parse('{ self { name } }'))).toEqual([]);
    expect(validateOperation(schema, parse('{ other }'))[0]?.message).toContain('Cannot query field "other"');
    expect(
      validateOperation(schema, parse(`${'{ self '.repeat(30)}{ name }${'}'.repeat(30)}`))[0]?.extensions,
    ).toMatchObject({ limit: 'depth' });
  });

  it('ends on fragments that hold one another', () => {
    const text = '{ ...a } fragment a on Query { self { ...b } } fragment b on Query { self { ...a } }';
    expect(validateOperation(schema, parse(text))[0]?.message).toContain('Cannot spread fragment');
  });
});

describe('formatDateTime', () => {
  it.each([
    [new Date('2026-01-09T13:46:00.120Z'), '2026-01-09T13:46:00.120000+00:00'],
    ['2026-01-09T15:46:00.123456+02:00', '2026-01-09T13:46:00.123456+00:00'],
  ])('%s', (value, expected) => expect(formatDateTime(value)).toBe(expected));

  it('refuses anything else', () => {
    for (const value of [new Date('x'), 5, null, 'now']) expect(() => formatDateTime(value)).toThrow();
  });
});

describe('bin/assets.mjs', () => {
  it('lists files that exist, each with a target of its own, the base schema among them', async () => {
    const root = join(import.meta.dirname, '../../..');
    const { assets } = (await import(pathToFileURL(join(root, 'bin/assets.mjs')).href)) as {
      assets: { source: string; target: string }[];
    };
    expect(assets.filter(({ source }) => !existsSync(join(root, source)))).toEqual([]);
    expect(new Set(assets.map(({ target }) => target)).size).toBe(assets.length);
    expect(assets).toContainEqual({ source: 'src/core/graphql/base.graphql', target: 'base.graphql' });
  });
});
