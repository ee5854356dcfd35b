import { counter, gauge } from '../../observability/metrics.js';

export const openSockets = gauge({
  name: 'waybill_sockets_open',
  help: 'Open WebSockets, by subprotocol.',
  labels: ['protocol'],
});

export const refusedSockets = counter({
  name: 'waybill_sockets_refused_total',
  help: 'Requests to open a WebSocket that were refused, by what stood against it.',
  labels: ['cause'],
});

export const socketOperations = counter({
  name: 'waybill_socket_operations_total',
  help: 'Operations over WebSockets that have ended, by subprotocol, kind and outcome.',
  labels: ['protocol', 'kind', 'outcome'],
});
