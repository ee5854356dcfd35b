import type { GraphqlError } from './graphql-client.js';
import { openSession, type RawSocket } from './socket-client.js';

/** What came back, however it came. `closed` is a close code instead of an answer. */
export type Outcome = { data?: any; errors?: GraphqlError[]; status?: number; closed?: number };

/** @param body the whole operation as JSON text, so that it can hold what JSON.stringify never writes */
export type Transport = (graphqlUrl: string, body: string, token?: string) => Promise<Outcome>;

/** Every way by which an operation reaches the server. */
export const transports: Record<string, Transport> = {
  'over HTTP': async (url, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(url, { method: 'POST', headers, body });
    return { status: response.status, ...((await response.json()) as Outcome) };
  },
  'over graphql-transport-ws': overSocket('graphql-transport-ws', 'subscribe', 'next'),
  'over graphql-ws': overSocket('graphql-ws', 'start', 'data'),
};

/** @param start the message by which a client starts an operation @param answer the one by which the server answers */
function overSocket(protocol: string, start: string, answer: string): Transport {
  return async (url, body, token) => {
    const payload = token ? { authorization: `Bearer ${token}` } : undefined;
    const raw = await openSession(url.replace('http', 'ws'), { subprotocols: [protocol], payload });
    raw.socket.send(`{"id":"1","type":"${start}","payload":${body}}`);
    const outcome = await Promise.race([answerOf(raw, answer), closeOf(raw)]);
    raw.socket.terminate();
    return outcome;
  };
}

const closeOf = async ({ closed }: RawSocket): Promise<Outcome> => ({ closed: (await closed).code });

async function answerOf({ next }: RawSocket, answer: string): Promise<Outcome> {
  const { type, payload } = await next({ id: '1' });
  // The old protocol knows one error, the new one a list.
  return type === answer ? payload : { errors: Array.isArray(payload) ? payload : [payload] };
}
