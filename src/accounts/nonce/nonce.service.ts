import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { refuse as refuseRequest } from '../../core/auth/auth.errors.js';
import { networkOf } from '../../core/auth/network.js';
import { hashToken, newToken, parseToken } from '../../core/auth/tokens.js';
import type { Execute } from '../../core/command/dispatcher.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import { equalBytes } from '../../core/crypto/equal-bytes.js';
import { refuse as refuseInput } from '../../core/errors/core.errors.js';
import { EventStore } from '../../core/event-store/event-store.js';
import { POOL } from '../../core/event-store/pool.js';
import { assertStorable } from '../../core/event-store/text.js';
import { decodeAnyId, encodeId } from '../../core/ids/global-id.js';
import { refuse } from '../accounts.errors.js';
import { AccountsService } from '../accounts.service.js';
import { callbackUrlRule, isCallbackUrl } from './callback-url.js';
import { answerNonce, findNonces, insertNonce, nonceLimits, type Nonce } from './nonce.table.js';

export const nonceNameRule = { minLength: 1, maxLength: 100 };

export type NewNonce = { name: string; callbackUrl: string; address: string };

/**
 * The login of a program by way of the browser: the program makes a nonce and opens its page; whoever is logged in there approves, and the
 * page posts an API token to the program's callback. Ids are global ids. The secret is known only to who made the nonce and to the page.
 */
@Injectable()
export class NonceService {
  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: EventStore,
    private readonly accounts: AccountsService,
  ) {}

  /**
   * @returns the nonce with its secret, which nobody is shown again
   * @throws Refusal BAD_USER_INPUT with field and rule, INVALID_TEXT; TOO_MANY_REQUESTS when too many wait for one network
   */
  async create({ name, callbackUrl, address }: NewNonce): Promise<Nonce & { secret: string }> {
    assertName(name);
    if (!isCallbackUrl(callbackUrl)) throw badInput('callbackUrl', callbackUrlRule);
    const secret = newToken('nonce');
    const number = await this.store.drawNumber('Nonce');
    const network = networkOf(address);
    const nonce = await insertNonce(this.pool, { number, secretHash: hashToken(secret), name, callbackUrl, network });
    if (!nonce) throw refuseRequest('TOO_MANY_REQUESTS', { rule: `${nonceLimits.mostPendingPerNetwork} at a time` });
    return { ...nonce, secret };
  }

  /** The page on which the nonce is approved; without the secret it says only where that would be. */
  pageUrl({ number }: Pick<Nonce, 'number'>, secret?: string): string {
    const parameters = new URLSearchParams({ nonce: encodeId('Nonce', number), ...(secret && { secret }) });
    return `${this.config.publicUrl}/auth/cli?${parameters}`;
  }

  /** For who has the secret; null for an unknown nonce, a wrong secret and what is no id at all. */
  async look(id: string, secret: string): Promise<Nonce | null> {
    const decoded = decodeAnyId(id);
    const [found] = decoded?.kind === 'Nonce' ? await findNonces(this.pool, [decoded.number]) : [];
    const isRight = found && parseToken(secret)?.kind === 'nonce' && equalBytes(found.secretHash, hashToken(secret));
    return isRight ? found.nonce : null;
  }

  /** One that waits for an answer. @throws Refusal NONCE_NOT_FOUND, NONCE_EXPIRED, NONCE_USED */
  async pending(id: string, secret: string): Promise<Nonce> {
    const nonce = await this.withSecret(id, secret);
    if (nonce.status !== 'pending') throw whyNot(nonce);
    return nonce;
  }

  /**
   * For who has only ids: those that nobody answered yet, or that the account approved.
   * @returns as many as there are numbers, in their order
   */
  async lookWithoutSecrets(numbers: readonly number[], userId: string): Promise<(Nonce | null)[]> {
    const found = (await findNonces(this.pool, numbers)).map(({ nonce }) => nonce);
    const visible = found.filter(({ approvedBy }) => approvedBy === null || approvedBy === userId);
    return numbers.map((number) => visible.find((nonce) => nonce.number === number) ?? null);
  }

  /**
   * Makes an API token for the account, named after the nonce. Of several approvals at once one makes a token. The nonce is used up first:
   * should the server end between the two, no token is made and the login is started again.
   * @returns the nonce, with the raw token this once
   * @throws Refusal NONCE_NOT_FOUND, NONCE_EXPIRED, NONCE_USED
   */
  async approve(id: string, secret: string, userId: string, execute: Execute): Promise<Nonce & { rawToken: string }> {
    const nonce = await this.withSecret(id, secret);
    const approved = await answerNonce(this.pool, nonce.number, 'approved', userId);
    if (!approved) throw whyNot(await this.withSecret(id, secret));
    const { raw } = await this.accounts.generateApiToken(userId, nonce.name, execute);
    return { ...approved, rawToken: raw! };
  }

  /** Nobody can approve it any more. Repeating it changes nothing. @throws Refusal NONCE_NOT_FOUND, NONCE_USED when it was approved */
  async cancel(id: string, secret: string): Promise<Nonce> {
    const { number } = await this.withSecret(id, secret);
    const nonce = (await answerNonce(this.pool, number, 'cancelled', null)) ?? (await this.withSecret(id, secret));
    if (nonce.status === 'approved') throw refuse('NONCE_USED');
    return nonce;
  }

  private async withSecret(id: string, secret: string): Promise<Nonce> {
    const nonce = await this.look(id, secret);
    if (!nonce) throw refuse('NONCE_NOT_FOUND');
    return nonce;
  }
}

const whyNot = ({ status }: Nonce): Error => refuse(status === 'expired' ? 'NONCE_EXPIRED' : 'NONCE_USED');

function assertName(name: string): void {
  const { minLength, maxLength } = nonceNameRule;
  if (name.length < minLength || name.length > maxLength) throw badInput('name', `length ${minLength} to ${maxLength}`);
  assertStorable(name, 'name');
}

const badInput = (field: string, rule: string): Error =>
  refuseInput('BAD_USER_INPUT', { field, rule }, `This ${field} cannot be used: ${rule}.`);
