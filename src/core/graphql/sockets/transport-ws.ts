import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { clientMessage, parseObject, type Protocol } from './protocol.js';

/** https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md */
export const transportWs: Protocol = {
  name: GRAPHQL_TRANSPORT_WS_PROTOCOL,
  startsEarly: false,
  read: (text) => clientMessage(parseObject(text)),
  write: (message) => {
    // Ping frames keep the connection alive, and the close code says why a client is refused.
    if (message.type === 'keep_alive' || message.type === 'connection_error') return undefined;
    return JSON.stringify(message);
  },
};
