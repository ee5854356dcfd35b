import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { failureBody } from './failure.js';
import { takesItsTime } from './own-pace.js';

const statusOf: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/**
 * Answers what never became a request, in the form of every other failure, and closes the connection. Nothing of Fastify's runs then, so
 * there is neither an id nor a line in the log: anybody can send such bytes.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // The client has hung up in the middle of a request, which may be answered already.
  if (error.code === 'HPE_INVALID_EOF_STATE') return void socket.destroy();
  const status = statusOf[error.code ?? ''] ?? 400;
  if (status === 408 && takesItsTime(socket)) return;
  const body = failureBody(status);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy(error);
}
