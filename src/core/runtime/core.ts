import type pg from 'pg';
import { AttemptKeys } from '../auth/attempts.js';
import { DownloadSignatures } from '../auth/download-signatures.js';
import { LinkTokens } from '../auth/link-token.js';
import type { KeyWrapper } from '../crypto/key-ring.js';
import { SuccessorTokens } from '../auth/successor-tokens.js';
import { CommandKeys } from '../command/command-keys.js';
import { Dispatcher, type Visibility } from '../command/dispatcher.js';
import { CommandExecutor } from '../command/executor.js';
import type { Silos } from '../command/silo.js';
import { StreamReader } from '../command/stream-reader.js';
import { DataKeys } from '../event-store/data-keys.js';
import { EventCodec } from '../event-store/event-codec.js';
import { EventStore } from '../event-store/event-store.js';
import type { Recorded } from '../event-store/types.js';
import { reachOf, readPage } from '../feed/store-feed.js';
import type { PartitionReader } from '../projection/verify.js';
import { Reader } from '../read/reader.js';
import { UploadUrls } from '../upload/upload-urls.js';
import { Watermark } from '../feed/watermark.js';

/** The write side and the reading of the log, without the framework: what the server, the operator's commands and tests share. */
export type Core = {
  pool: pg.Pool;
  feedPool: pg.Pool;
  silos: Silos;
  store: EventStore;
  watermark: Watermark;
  dataKeys: DataKeys;
  codec: EventCodec;
  commandKeys: CommandKeys;
  successorTokens: SuccessorTokens;
  linkTokens: LinkTokens;
  attemptKeys: AttemptKeys;
  uploadUrls: UploadUrls;
  downloadSignatures: DownloadSignatures;
  reader: StreamReader;
  readModel: Reader;
  /** A whole stream, decoded, up to and with a position. */
  readStream(streamId: string, upToPosition: number): Promise<Recorded[]>;
  /** Decoded events of one partition and of some types, for verifying and rebuilding. */
  readPartition: PartitionReader;
  dispatcher(visibility: Visibility | null): Dispatcher;
};

/**
 * Opens the store of a migrated database.
 * @param appended called after each commit that wrote events
 * @param feedPool connections for reading the log, so that projections never take those of requests; the same pool when left out
 * @throws UnknownRingKey or InvalidFernetToken when the key ring is not the one that this database was made with
 */
export async function openCore(
  pool: pg.Pool,
  ring: KeyWrapper,
  silos: Silos,
  appended: () => void,
  feedPool: pg.Pool = pool,
): Promise<Core> {
  const store = await EventStore.open(pool);
  const dataKeys = new DataKeys(pool, ring);
  const codec = new EventCodec(dataKeys);
  const commandKeys = new CommandKeys(await dataKeys.system('system:hashes'));
  const successorTokens = new SuccessorTokens(await dataKeys.system('system:tokens'));
  const linkTokens = new LinkTokens(await dataKeys.system('system:links'));
  const attemptKeys = new AttemptKeys(await dataKeys.system('system:attempts'));
  const uploadUrls = new UploadUrls(await dataKeys.system('system:uploads'));
  const downloadSignatures = new DownloadSignatures(await dataKeys.system('system:downloads'));
  const reader = new StreamReader(store, codec, dataKeys);
  const executor = new CommandExecutor({ store, codec, keys: commandKeys, appended, reader });
  return {
    pool,
    silos,
    store,
    feedPool,
    watermark: new Watermark(feedPool),
    dataKeys,
    codec,
    commandKeys,
    successorTokens,
    linkTokens,
    attemptKeys,
    uploadUrls,
    downloadSignatures,
    reader,
    readModel: new Reader(pool),
    readStream: async (streamId, upToPosition) =>
      codec.decode(silos.eventTypes, await store.readStream(streamId, { upToPosition })),
    readPartition: async ({ partition, ...request }) => {
      const stored = await readPage(feedPool, { ...request, partitions: [partition] });
      return { events: await codec.decode(silos.eventTypes, stored), reached: reachOf(stored, request) };
    },
    dispatcher: (visibility) => new Dispatcher(silos, executor, visibility),
  };
}
