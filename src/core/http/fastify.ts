import { randomUUID } from 'node:crypto';
import {
  errorCodes,
  fastify as newFastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Config } from '../config/config.js';
import { addressList } from '../config/parse.js';
import type { Logger } from '../observability/logger.js';
import { httpRequests } from '../observability/metrics.js';
import { answerClientError } from './client-error.js';
import { frameworkFailure } from './failure.js';
import { securityHeaders } from './headers.js';
import { RequestLog } from './request-log.js';
import { isStopping, trackConnections } from './shutdown.js';

/** Explicit, since the defaults of Node and Fastify differ and some are off. */
export const httpLimits = {
  bodyBytes: 1024 * 1024,
  headerBytes: 16 * 1024,
  /** Of one part of a path, as it is written. The longest are package files, which are named after package and version. */
  pathPartChars: 1024,
  /** Until the headers are complete. */
  headersTimeoutMs: 20_000,
  /** Until the whole request is received; a slower sender is cut off with 408. */
  requestTimeoutMs: 60_000,
  /** How often Node looks for senders that are too slow. */
  timeoutCheckMs: 5_000,
  /** Longer than the idle time of common proxies (60 s), which would otherwise meet a closed connection. */
  keepAliveTimeoutMs: 72_000,
} as const;

/**
 * The HTTP server of every process, with limits, request ids, security headers, one log line and one metric per request.
 * Lines of `request.log` carry the request id.
 */
export function createFastify(config: Pick<Config, 'trustProxy' | 'publicUrl'>, logger: Logger): FastifyInstance {
  const fastify: FastifyInstance = newFastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Our own line per request is written by recordRequest.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    childLoggerFactory: (parent: FastifyBaseLogger, bindings: Record<string, unknown>) =>
      new RequestLog(parent, bindings),
    genReqId: requestIds(config.trustProxy),
    trustProxy: proxyTrust(config.trustProxy),
    bodyLimit: httpLimits.bodyBytes,
    routerOptions: { maxParamLength: httpLimits.pathPartChars },
    requestTimeout: httpLimits.requestTimeoutMs,
    keepAliveTimeout: httpLimits.keepAliveTimeoutMs,
    http: {
      maxHeaderSize: httpLimits.headerBytes,
      headersTimeout: httpLimits.headersTimeoutMs,
      connectionsCheckingInterval: httpLimits.timeoutCheckMs,
    },
    // A request on an open connection is answered, not refused, while the server closes: see shutdown.ts.
    return503OnClosing: false,
    forceCloseConnections: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: Error, request: unknown, reply: unknown) =>
      frameworkFailure(error, request as FastifyRequest, reply as FastifyReply, config),
  });
  trackConnections(fastify.server);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers({ ...securityHeaders, 'x-request-id': request.id });
    done(isCompressed(request) ? new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE() : undefined);
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping(fastify.server)) reply.header('connection', 'close');
    done(null, payload);
  });
  // The fields are few and known, so the search for telling names among them is left out; the finished line is searched as every other.
  const requestLines = logger.child({}, { formatters: { log: (fields) => fields } });
  fastify.addHook('onResponse', (request, reply, done) => {
    recordRequest(requestLines, request, reply);
    done();
  });
  return fastify;
}

/** Nothing here unpacks a body: a small one could become as large as it likes. */
function isCompressed({ headers }: FastifyRequest): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  return Boolean(encoding) && encoding !== 'identity';
}

type RawRequest = { headers: NodeJS.Dict<string | string[]>; socket: { remoteAddress?: string } };

/** Fastify itself trusts nobody when it is given a number of proxies. */
function proxyTrust(trustProxy: Config['trustProxy']) {
  if (typeof trustProxy !== 'number') return trustProxy;
  return (_address: string, hop: number) => hop < trustProxy;
}

/** An id from outside is taken only from a trusted proxy, and only when it is fit for logs and headers. */
function requestIds(trustProxy: Config['trustProxy']): (request: RawRequest) => string {
  const isTrusted = proxyTest(trustProxy);
  return (request) => {
    const given = request.headers['x-request-id'];
    const isUsable = typeof given === 'string' && /^[\w.:+/=-]{8,128}$/.test(given);
    return isUsable && isTrusted(request) ? given : randomUUID();
  };
}

function proxyTest(trustProxy: Config['trustProxy']): (request: RawRequest) => boolean {
  if (!Array.isArray(trustProxy)) return () => trustProxy !== false && trustProxy !== 0;
  const trusted = addressList(trustProxy);
  return ({ socket }) => {
    const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    return trusted.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
  };
}

/** Probes and files are frequent and dull. */
const quietRoutes = new Set([
  '/livez',
  '/readyz',
  '/metrics',
  '/assets/:name',
  '/avatars/:hash',
  '/avatars/initial/:file',
  '/packages/icons/:hash',
]);

/** Never the query string: a GET may carry a whole GraphQL operation there. */
function recordRequest(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url ?? 'none';
  const { method } = request;
  const status = reply.statusCode;
  const seconds = reply.elapsedTime / 1000;
  httpRequests.observe({ method, route, status: String(status) }, seconds);
  const level = status >= 500 && route !== '/readyz' ? 'error' : quietRoutes.has(route) ? 'debug' : 'info';
  const path = request.url.split('?', 1)[0];
  logger[level]({ requestId: request.id, method, path, status, ms: Math.round(reply.elapsedTime) }, 'request');
}
