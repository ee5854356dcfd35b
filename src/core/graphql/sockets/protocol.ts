import {
  type CompleteMessage,
  type ConnectionInitMessage,
  MessageType,
  type PingMessage,
  type PongMessage,
  type SubscribeMessage,
  validateMessage,
} from 'graphql-ws';
import type { GraphQLFormattedError } from 'graphql';
import type { Answer } from '../engine.js';

/** What a client may say, in the words of graphql-transport-ws; `connection_terminate` is the old protocol's. */
export type ClientMessage =
  | ConnectionInitMessage
  | PingMessage
  | PongMessage
  | SubscribeMessage
  | CompleteMessage
  | { type: 'connection_terminate' };

/** What the server may say. `keep_alive` and `connection_error` are the old protocol's. */
export type ServerMessage =
  | { type: 'connection_ack' }
  | { type: 'connection_error'; payload: { message: string } }
  | { type: 'keep_alive' }
  | { type: 'pong'; payload: PongMessage['payload'] }
  | { type: 'next'; id: string; payload: Answer }
  | { type: 'error'; id: string; payload: readonly GraphQLFormattedError[] }
  | { type: 'complete'; id: string };

/** How messages look on the wire. What they mean is the same for all protocols, and is the session's business. */
export type Protocol = {
  /** Name of the WebSocket subprotocol. */
  name: string;
  /** Clients send operations right behind `connection_init`, without waiting for its answer. */
  startsEarly: boolean;
  /** @throws Error for anything that is no message of a client. */
  read(text: string): ClientMessage;
  /** @returns undefined when the protocol has no such message. */
  write(message: ServerMessage): string | undefined;
};

/**
 * Parses a message.
 * @throws Error when it is no JSON object, or would change an object's prototype where it is copied, as Fastify's parser does for HTTP.
 */
export function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text, (key, member: unknown) => {
    if (key === '__proto__') throw new Error('A message may not set a prototype.');
    return member;
  });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('A message is an object.');
  return value as Record<string, unknown>;
}

/** @throws Error when it is not one of the messages that graphql-transport-ws allows a client. */
export function clientMessage(value: unknown): ClientMessage {
  const message = validateMessage(value);
  switch (message.type) {
    case MessageType.ConnectionInit:
    case MessageType.Ping:
    case MessageType.Pong:
    case MessageType.Subscribe:
    case MessageType.Complete:
      return message;
    default:
      throw new Error(`A client does not send "${message.type}".`);
  }
}
