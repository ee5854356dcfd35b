import { Injectable, Module } from '@nestjs/common';
import { Args, Context, Mutation, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { GraphQLError } from 'graphql';
import { IsInt, MaxLength, Min, ValidateNested } from 'class-validator';
import type { AddressInfo } from 'node:net';
import { loadConfig } from '../../src/core/config/config.js';
import { errorCatalogue } from '../../src/core/errors/catalogue.js';
import { refuse } from '../../src/core/errors/core.errors.js';
import type { Actor } from '../../src/core/event-store/types.js';
import { createApp } from '../../src/core/http/create-app.js';
import { closeGracefully } from '../../src/core/http/shutdown.js';
import { createLogger } from '../../src/core/observability/logger.js';
import { Authenticator, type Ctx } from '../../src/core/graphql/context.js';
import { createGraphqlModule } from '../../src/core/graphql/graphql.module.js';
import { policies, Policy, Public } from '../../src/core/graphql/policy.js';
import { Clearable, Optional } from '../../src/core/graphql/validation.js';

/** A tiny silo for the specs of the shell. */
export const fixtureSdl = `
extend type Query {
  viewer: Viewer
  whoCalls: String
  forUsers: String
  forOperators: String
  naked: String
  refused: String
  boom: String
  nothing: String!
  slow: String
  foreign: String
  sure(times: Int! = 1): Int
  moment(at: DateTime): DateTime
  scalarTest(uuid: UUID, url: URL, json: JSONString, big: BigInt, any: GenericScalar, upload: Upload): GenericScalar
  self: Self
}
type Viewer { username: String }
type Self { self: Self name: String greet(greeting: String = "hello"): String }
extend type Mutation { echo(input: EchoInput!, times: Int = 3): GenericScalar }
input EchoInput { name: String! note: String alias: String size: Int = 7 inner: InnerInput list: [InnerInput!] extra: String }
input InnerInput { level: Int = 1 }
# the last line is a comment, without a line break`;

policies({
  'fixture:thing:read': { caller: 'user' },
  'fixture:thing:run': { caller: 'operator' },
  'fixture:thing:echo': { caller: 'anyone' },
});

const { refuse: refuseFixture } = errorCatalogue({ FIXTURE_REFUSED: { message: 'The fixture says no.', help: '' } });

class InnerInput {
  @Optional() @IsInt() @Min(1) level?: number;
}

class EchoInput {
  @MaxLength(5) name!: string;
  @Optional() @MaxLength(5) note?: string;
  @Clearable() @MaxLength(5) alias?: string | null;
  @Optional() @IsInt() size?: number;
  @Optional() @ValidateNested() @Type(() => InnerInput) inner?: InnerInput;
  @Optional() @ValidateNested({ each: true }) @Type(() => InnerInput) list?: InnerInput[];
}

/** Holds the field `slow` and the token `slow` back until the spec lets them go. */
export const gate = { opened: Promise.resolve(), arrived: 0 };

/** @returns how to let go. */
export function holdGate(): () => void {
  let open!: () => void;
  gate.arrived = 0;
  gate.opened = new Promise((resolve) => (open = resolve));
  return open;
}

async function passGate(): Promise<void> {
  gate.arrived++;
  await gate.opened;
}

@Resolver()
class FixtureResolver {
  @Query()
  @Public('who am I', { invalidToken: 'anonymous' })
  viewer(@Context() ctx: Ctx) {
    return ctx.actor.kind === 'user' ? { username: ctx.actor.userId } : null;
  }
  @Query()
  @Public('for the spec')
  whoCalls(@Context() ctx: Ctx) {
    return `${ctx.actor.kind} ${ctx.clientAddress}`;
  }
  @Query()
  @Policy('fixture:thing:read')
  forUsers() {
    return 'yes';
  }
  @Query()
  @Policy('fixture:thing:run')
  forOperators() {
    return 'yes';
  }
  @Query()
  naked() {
    return 'never';
  }
  @Query()
  @Public('for the spec')
  refused() {
    throw refuseFixture('FIXTURE_REFUSED', { field: 'x', rule: 'y' });
  }
  @Query()
  @Public('for the spec')
  boom() {
    throw new Error('secret inner text');
  }
  @Query()
  @Public('for the spec')
  nothing() {
    return null;
  }
  /** An error that looks like a client's mistake, but comes from inside. */
  @Query()
  @Public('for the spec')
  foreign() {
    throw new GraphQLError('inner text', { extensions: { code: 'BAD_USER_INPUT' } });
  }
  @Query()
  @Public('for the spec')
  sure(@Args('times') times: number) {
    return times;
  }
  @Query()
  @Public('for the spec')
  async slow() {
    await passGate();
    return 'done';
  }
  @Query()
  @Public('for the spec')
  moment(@Args('at') at: Date | null) {
    return at;
  }
  @Query()
  @Public('for the spec')
  scalarTest(@Args() args: object) {
    return args;
  }
  @Query()
  @Public('for the spec')
  self() {
    return { name: 'me' };
  }
  @Mutation()
  @Policy('fixture:thing:echo')
  echo(@Args('input') input: EchoInput, @Args('times') times: number) {
    const seen = Object.fromEntries(
      Object.entries(input).map(([key, value]) => [key, value === undefined ? 'absent' : value]),
    );
    return { ...seen, times, isClass: input instanceof EchoInput };
  }
}

@Resolver('Self')
class SelfFields {
  @ResolveField()
  self(parent: unknown) {
    return parent;
  }
  @ResolveField()
  greet(_parent: unknown, args: { greeting: string }) {
    return args.greeting;
  }
}

/** Tokens that are not valid any more, and tokens that cannot be checked now. */
export const revoked = new Set<string>();
export const uncheckable = new Set(['database-down']);

@Injectable()
class FixtureAuthenticator extends Authenticator {
  override async authenticate(bearer: string): Promise<Actor> {
    if (revoked.has(bearer)) throw refuse('UNAUTHENTICATED');
    if (uncheckable.has(bearer)) throw new Error('connect postgres://u:hunter2@db/x');
    if (bearer === 'slow') await passGate();
    const isOperator = bearer === 'operator';
    if (bearer !== 'user' && !isOperator) throw refuse('UNAUTHENTICATED');
    return { kind: 'user', userId: bearer, isOperator, tokenId: 't' };
  }
}

@Module({
  providers: [FixtureResolver, SelfFields, { provide: Authenticator, useClass: FixtureAuthenticator }],
  exports: [Authenticator],
})
export class FixtureModule {}

/** The shell with the fixture, listening on a free port. `lines` collects its log. */
export async function startFixture(
  env: NodeJS.ProcessEnv = {},
  imports = [createGraphqlModule({ typeDefs: [fixtureSdl], imports: [FixtureModule] })],
) {
  const lines: string[] = [];
  const config = loadConfig({ WAYBILL_PUBLIC_URL: 'https://pkg.example.com', ...env });
  const logger = createLogger({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => lines.push(line) });
  const app = await createApp(config, logger, imports);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  // fetch opens connections ahead of need, and Node would wait for one that never sent a byte.
  const close = () => closeGracefully(app, { graceMs: 100 });
  return { app, url, lines, close, ...clientOf(url) };
}

function clientOf(url: string) {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const query = async (text: string, options: { variables?: object; headers?: Record<string, string> } = {}) => {
    const response = await post(
      { query: text, variables: options.variables, operationName: null, id: null },
      options.headers,
    );
    const { data, errors } = (await response.json()) as { data?: any; errors?: any[] };
    return { status: response.status, headers: response.headers, data, errors, error: errors?.[0] };
  };
  return { post, query };
}

type Shell = Awaited<ReturnType<typeof startFixture>>;

/** Starts the shell for one test and closes it whatever happens: an open server would keep the test runner from ending. */
export async function withFixture(env: NodeJS.ProcessEnv, test: (shell: Shell) => Promise<void>): Promise<void> {
  const shell = await startFixture(env);
  try {
    await test(shell);
  } finally {
    shell.app.getHttpServer().closeAllConnections();
    await shell.app.close();
  }
}
