import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { measureProcess, printMetrics } from '../observability/metrics.js';
import { Readiness } from './readiness.js';

/** What operators and their tools ask. */
@Controller()
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {
    measureProcess();
  }

  /** Answers as long as the process can answer at all. */
  @Get('/livez')
  livez(): { ok: true } {
    return { ok: true };
  }

  /** 200 only when every check says yes, else 503; the body lists the checks. */
  @Get('/readyz')
  async readyz(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.readiness.report();
    await reply.code(report.ok ? 200 : 503).send(report);
  }

  /** The text format of Prometheus. */
  @Get('/metrics')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { contentType, text } = await printMetrics();
    await reply.header('content-type', contentType).send(text);
  }
}
