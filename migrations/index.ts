import { EventStore1795564800000 } from './20261125000000-event-store.js';
import { ProjectionPlatform1795564800100 } from './20261125000100-projection-platform.js';
import { Nonces1795568400000 } from './20261125010000-nonces.js';
import { Attempts1795568400100 } from './20261125010000-attempts.js';
import { Jobs1795568400200 } from './20261125010200-jobs.js';
import { Mails1795568400300 } from './20261125010300-mails.js';
import { PersistedDocuments1795568400400 } from './20261125010400-persisted-documents.js';
import { Relay1795651200000 } from './20261126000000-relay.js';
import { WantedPartitions1795651200100 } from './20261126000100-wanted-partitions.js';
import { Rebuilds1795651200200 } from './20261126000200-rebuilds.js';
import { Partitions1795651200300 } from './20261126000300-partitions.js';
import { Trigrams1795737600000 } from './20261127000000-trigrams.js';
import { DownloadCounts1795737600100 } from './20261127000100-download-counts.js';

/** All migrations of the store and platform tables, in the order in which they run. */
export const migrations = [
  EventStore1795564800000,
  ProjectionPlatform1795564800100,
  Nonces1795568400000,
  Attempts1795568400100,
  Jobs1795568400200,
  Mails1795568400300,
  PersistedDocuments1795568400400,
  Relay1795651200000,
  WantedPartitions1795651200100,
  Rebuilds1795651200200,
  Partitions1795651200300,
  Trigrams1795737600000,
  DownloadCounts1795737600100,
];
