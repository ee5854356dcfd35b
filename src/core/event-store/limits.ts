/** The store's limits, all enforced before anything is sent. */
export const limits = {
  eventsPerAppend: 1000,
  streamsPerAppend: 100,
  /** Conditions on streams that are not appended to. */
  conditionsPerAppend: 100,
  /** Takes and releases together. */
  claimsPerAppend: 1000,
  /** Of the event's data as Postgres prints it; checked in store.append. Larger content is a blob by hash. */
  eventDataBytes: 256 * 1024,
  streamIdBytes: 200,
  claimKeyBytes: 512,
  commandKeyBytes: 512,
} as const;
