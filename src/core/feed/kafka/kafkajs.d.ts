// A part of kafkajs that its own types leave out; see request-queue.ts.
declare module 'kafkajs/src/network/requestQueue/index.js' {
  const RequestQueue: import('./request-queue.js').RequestQueueClass;
  export default RequestQueue;
}
