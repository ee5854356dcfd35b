import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { refuse } from '../accounts.errors.js';
import { UserPasswords } from '../user/user.passwords.js';
import { Authentication } from './authentication.js';
import { ObtainJSONWebTokenInput } from './session.inputs.js';
import { SessionsService } from './sessions.service.js';

@Resolver()
export class SessionResolver {
  constructor(
    private readonly passwords: UserPasswords,
    private readonly sessions: SessionsService,
    private readonly authentication: Authentication,
  ) {}

  @Mutation()
  @Public('whoever logs in has no token yet', { invalidToken: 'anonymous' })
  async tokenAuth(@Args('input') input: ObtainJSONWebTokenInput, @Context() ctx: Ctx) {
    const session = await this.passwords.login(input.username, input.password, ctx);
    return {
      payload: { username: session.username, exp: session.accessExpiresAt, origIat: session.openedAt },
      token: session.accessToken,
      refreshToken: session.refreshToken,
      refreshExpiresIn: session.refreshExpiresAt,
      username: session.username,
      clientMutationId: input.clientMutationId,
    };
  }

  @Mutation()
  @Public('the refresh token is the right to it', { invalidToken: 'anonymous' })
  async refreshAccessToken(@Args('refreshToken') refreshToken: string, @Context() ctx: Ctx) {
    const session = await this.sessions.refresh(refreshToken, ctx.execute);
    const { username, accessExpiresAt, openedAt } = session;
    return {
      payload: { username, exp: seconds(accessExpiresAt), origIat: seconds(openedAt) },
      token: session.accessToken,
      refreshToken: session.refreshToken,
      refreshExpiresIn: seconds(session.refreshExpiresAt),
    };
  }

  @Mutation()
  @Public('whoever holds a token may know what it is', { invalidToken: 'anonymous' })
  async verifyAccessToken(@Args('token') token: string) {
    const credential = await this.authentication.find(token);
    if (!credential) throw refuse('INVALID_TOKEN', { field: 'token' });
    const { username, expiresAt, issuedAt } = credential;
    return { payload: { username, exp: expiresAt && seconds(expiresAt), origIat: seconds(issuedAt) } };
  }

  @Mutation()
  @Public('the refresh token is the right to it', { invalidToken: 'anonymous' })
  async revokeAccessToken(@Args('refreshToken') refreshToken: string, @Context() ctx: Ctx) {
    return { revoked: seconds(await this.sessions.logOut(refreshToken, ctx.execute)) };
  }
}

/** Since 1970. */
const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1000);
