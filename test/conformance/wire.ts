import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { WireAnswer, WireRequest } from './exchange.js';

/**
 * Sends a request as it is: unlike fetch, it adds no header, follows nothing and unpacks nothing.
 * @param url of the server; the request has the path
 */
export async function send(url: string, { method, path, headers, body }: WireRequest): Promise<WireAnswer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method, headers: { ...headers, 'content-length': body.length } };
    httpRequest(new URL(path, url), options, resolve).on('error', reject).end(body);
  });
  return { status: response.statusCode!, headers: plain(response.headers), body: await buffer(response) };
}

/** @returns the body as the client reads it */
export function unpacked<Message extends WireRequest | WireAnswer>(message: Message): Message {
  if (message.headers['content-encoding'] !== 'gzip') return message;
  return { ...message, body: gunzipSync(message.body) };
}

export function plain(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
