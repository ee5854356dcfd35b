import { DEPRECATED_GRAPHQL_WS_PROTOCOL, MessageType } from 'graphql-ws';
import { clientMessage, parseObject, type Protocol, type ServerMessage } from './protocol.js';

/** The old words of a client, and what they are called now. */
const clientTypes: Record<string, string> = {
  connection_init: MessageType.ConnectionInit,
  start: MessageType.Subscribe,
  stop: MessageType.Complete,
};

/**
 * The protocol of subscriptions-transport-ws 0.11, named `graphql-ws` on the wire, which one published SDK still speaks.
 * https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md
 */
export const legacyWs: Protocol = {
  name: DEPRECATED_GRAPHQL_WS_PROTOCOL,
  startsEarly: true,
  read: (text) => {
    const message = parseObject(text);
    if (message['type'] === 'connection_terminate') return { type: 'connection_terminate' };
    return clientMessage({ ...message, type: clientTypes[String(message['type'])] });
  },
  write: (message) => {
    const old = translated(message);
    return old && JSON.stringify(old);
  },
};

function translated(message: ServerMessage): object | undefined {
  switch (message.type) {
    case 'pong':
      return undefined;
    case 'keep_alive':
      return { type: 'ka' };
    case 'next':
      return { ...message, type: 'data' };
    case 'error':
      // One error, not a list.
      return { ...message, payload: message.payload[0] };
    default:
      return message;
  }
}
