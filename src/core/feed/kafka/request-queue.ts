type RequestQueue = {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
};
export type RequestQueueClass = { prototype: RequestQueue & { scheduleCheckPendingRequests(): void } };

/** As in the library: how soon a request that waits for others is looked at again. */
const CHECK_AGAIN_MS = 10;

/**
 * kafkajs 2.2.4 sets a timer anew on every connection each millisecond for as long as it stands, also when no request waits, and asks for
 * a negative time, of which newer versions of Node warn. Here the timer is set only while a request waits.
 * @see https://github.com/tulios/kafkajs/issues/1704 and https://github.com/tulios/kafkajs/issues/1751
 */
export function mendRequestQueue({ prototype }: RequestQueueClass): void {
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    const throttledMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : CHECK_AGAIN_MS,
    );
  };
}
