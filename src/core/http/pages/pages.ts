import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../../config/config.js';
import type { Refusal } from '../../errors/refusal.js';
import { statusOfRefusal } from '../failure.js';
import { pageHeaders } from '../headers.js';
import { layOut, type Page } from './layout.js';
import { Visitors } from './visitors.js';

/** Answers a browser: with a page, or with the address of the next one. */
@Injectable()
export class Pages {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Visitors) private readonly visitors: Visitors,
  ) {}

  /** Where clients reach this instance; without a slash at the end. */
  get publicUrl(): string {
    return this.config.publicUrl;
  }

  async show(request: FastifyRequest, reply: FastifyReply, page: Page, status = 200): Promise<void> {
    const menu = this.visitors.menu(await this.visitors.of(request));
    const text = await layOut(page, { publicUrl: this.publicUrl, menu });
    await reply.code(status).headers(pageHeaders(page)).send(text);
  }

  /** A page that says why something did not work. */
  async refuse(request: FastifyRequest, reply: FastifyReply, page: Page, refusal: Refusal): Promise<void> {
    const { retryAfterSeconds } = refusal.details;
    if (typeof retryAfterSeconds === 'number') reply.header('retry-after', String(retryAfterSeconds));
    await this.show(request, reply, page, statusOfRefusal(refusal));
  }

  /** After a form: the browser gets the next page, and a reload does not send the form again. @param path of our own, never from outside. */
  async redirect(reply: FastifyReply, path: string): Promise<void> {
    await reply.code(303).header('location', path).send();
  }
}
