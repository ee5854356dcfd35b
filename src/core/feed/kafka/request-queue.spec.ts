import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { mendRequestQueue } from './request-queue.js';

it('leaves a connection without waiting requests alone', () => {
  mendRequestQueue(RequestQueue);
  const logger = { debug: () => undefined, warn: () => undefined };
  const queue = new (RequestQueue as any)({
    maxInFlightRequests: 1,
    requestTimeout: 1_000,
    clientId: 'x',
    broker: 'y',
    logger,
  });
  queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
  expect(queue.throttleCheckTimeoutId).toBeNull();

  const sent: number[] = [];
  const request = (correlationId: number) => ({
    entry: { correlationId, resolve: () => undefined, reject: () => undefined },
    expectResponse: true,
    sendRequest: () => sent.push(correlationId),
  });
  queue.push(request(1));
  queue.push(request(2));
  expect(queue.throttleCheckTimeoutId).not.toBeNull();
  queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
  expect(sent).toEqual([1, 2]);
  queue.destroy();
});
