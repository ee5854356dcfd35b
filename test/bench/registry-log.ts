import type pg from 'pg';
import { streamIdOf } from '../../src/core/command/aggregate.js';
import { partitionOf } from '../../src/core/event-store/partition.js';
import { eventColumns } from '../../src/core/event-store/rows.js';
import type { JsonObject } from '../../src/core/event-store/types.js';
import { namespaceEvents, type NamespaceEvent } from '../../src/accounts/namespace/namespace.events.js';
import {
  packageReleaseEvents,
  type PackageReleaseEvent,
} from '../../src/registry/package-release/package-release.events.js';
import { packageEvents, type PackageEvent, type PublishedVersion } from '../../src/registry/package/package.events.js';
import { Random } from '../kit/random.js';
import { copyJson, copyLines } from './copy-log.js';

/** What the log of a registry holds. The same size and seed give the same log. */
export type RegistrySize = { packages: number; versions: number; namespaces: number; seed: number };

/** The first package has as many versions as the largest ones of a real registry. */
export const largePackage = { name: 'large', versions: 200 };
export const namespaceName = (n: number): string => `space-${n}`;
/** Names share words, as those of a registry do, and no beginning. */
export const packageName = (n: number): string =>
  `${words[n % words.length]!}-${words[Math.floor(n / words.length) % words.length]!}-${n.toString(36)}`;
const words =
  'parser codec stream buffer image audio vector matrix router proxy cache queue index search token cipher hash tree'.split(
    ' ',
  );

const FIRST_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

type Line = { streamId: string; version: number; event: NamespaceEvent | PackageEvent | PackageReleaseEvent; at: Date };

/**
 * Fills the log of a service that has just made its first user, and stands still, with namespaces of that user and their packages. Past
 * `store.append`, by COPY: nobody reads it yet. Claims are left out, for what is measured here reads, or publishes other packages.
 * @returns how many events were added
 */
export async function fillRegistry(pool: pg.Pool, size: RegistrySize): Promise<number> {
  const { rows } = await pool.query(
    'SELECT partitions, (SELECT coalesce(max(position), 0)::int FROM store.events) AS position FROM store.settings',
  );
  const log = new RegistryLog(size, rows[0]);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await copyLines(client, `store.events (${eventColumns})`, log.events());
    await copyLines(client, 'store.streams (stream_id, version, partition)', log.streams());
    await client.query(`SELECT setval('store.event_position', $1)`, [log.position]);
    await client.query(
      `INSERT INTO store.numbers (kind, last) VALUES ('Namespace', $1), ('Package', $2), ('PackageVersion', $3), ('PackageWebc', $3)`,
      [size.namespaces + 1000, size.packages + 1000, log.versions + 1000],
    );
    await client.query('COMMIT');
    await client.query('VACUUM ANALYZE store.events, store.streams');
  } finally {
    client.release(true);
  }
  return log.position - rows[0].position;
}

class RegistryLog {
  /** The last position that was given. */
  position: number;
  versions = 0;
  private readonly partitions: number;
  private readonly random: Random;
  private readonly versionsOf = new Map<string, number>();

  constructor(
    private readonly size: RegistrySize,
    store: { partitions: number; position: number },
  ) {
    this.partitions = store.partitions;
    this.position = store.position;
    this.random = new Random(size.seed);
  }

  *events(): Iterable<string> {
    for (let n = 1; n <= this.size.namespaces; n++) yield this.line(namespaceLine(n));
    for (let n = 1; n <= this.size.packages; n++) {
      // The first of all, so that lists of the newest ones do not show it.
      const isLarge = n === 1;
      const { name, versions } = isLarge ? largePackage : { name: packageName(n), versions: this.size.versions };
      for (const line of this.package(n, name, versions)) yield this.line(line);
    }
  }

  *streams(): Iterable<string> {
    for (const [id, version] of this.versionsOf) yield `${id}\t${version}\t${partitionOf(id, this.partitions)}\n`;
  }

  private *package(number: number, name: string, versions: number): Iterable<Line> {
    const streamId = streamIdOf('package', number);
    const at = new Date(FIRST_MS + number * MINUTE_MS);
    const ownerId = streamIdOf('namespace', 1 + (number % this.size.namespaces));
    const data = { number, name, skeleton: name, ownerId, isPrivate: false };
    yield { streamId, version: 1, event: { type: 'registry.package.created', data }, at };
    for (let n = 1; n <= versions; n++) {
      this.versions += 1;
      const published = publishedVersion(this.random, this.versions, name, `1.${n}.0`);
      yield { streamId: published.releaseId, version: 1, event: pushedRelease(published, ownerId, name), at };
      yield { streamId, version: n + 1, event: { type: 'registry.package.version-published', data: published }, at };
    }
  }

  private line({ streamId, version, event, at }: Line): string {
    this.position += 1;
    this.versionsOf.set(streamId, version);
    const partition = partitionOf(streamId, this.partitions);
    const schemaVersion = eventTypes[event.type]!.version;
    const json = copyJson(event.data);
    return `${this.position}\t${partition}\t${streamId}\t${version}\t${event.type}\t${schemaVersion}\t${json}\t${metadata}\t${at.toISOString()}\n`;
  }
}

const eventTypes = { ...namespaceEvents, ...packageEvents, ...packageReleaseEvents };

const metadata = copyJson({ actor: { kind: 'system', name: 'bench' }, correlationId: 'bench' });

function namespaceLine(n: number): Line {
  const name = namespaceName(n);
  const data = { number: n, name, skeleton: name, ownerId: 'user-1' };
  return {
    streamId: streamIdOf('namespace', n),
    version: 1,
    event: { type: 'accounts.namespace.created', data },
    at: new Date(FIRST_MS),
  };
}

/** As large as those of small packages of a real registry: a manifest of a kilobyte. */
function publishedVersion(random: Random, number: number, name: string, version: string): PublishedVersion {
  const hash = random.hex(64);
  return {
    number,
    version,
    releaseId: streamIdOf('package-release', number),
    releaseNumber: number,
    publisherId: 'user-1',
    file: { hash, sizeBytes: 12_345 + number, format: 'webc-v3' },
    webcManifest: JSON.stringify(webcManifest(random, name)),
    manifest: `[package]\nname = "${name}"\nversion = "${version}"\n\n[[module]]\nname = "${name}"\nsource = "${name}.wasm"\n`,
    description: `A WebAssembly ${random.of(words)} that does ${random.of(words)} things number ${number}`,
    license: random.of(['MIT', 'Apache-2.0', 'BSD-3-Clause']),
    homepage: `https://example.org/${number}`,
    repository: `https://git.example/${random.of(words)}/${name}`,
    keywords: [random.of(words), random.of(words)],
    entrypoint: name,
    commands: [{ name, runner: 'https://webc.org/runner/wasi', atom: name, dependency: null }],
    modules: [{ name, kind: 'https://webc.org/kind/wasm', sizeBytes: 10_000, sha256: hash }],
    dependencies: [],
    mounts: [],
    readme: null,
    licenseFile: null,
  };
}

/** The push of a file, before a version is made of it. */
function pushedRelease(published: PublishedVersion, ownerId: string, name: string): PackageReleaseEvent {
  const { releaseNumber: number, publisherId: pusherId, file, webcManifest: manifest, commands, modules } = published;
  const contents = {
    name: null,
    version: null,
    description: null,
    homepage: null,
    repository: null,
    license: null,
    private: false,
    entrypoint: name,
    commands,
    modules,
    dependencies: [],
    mounts: [],
    wasmerToml: null,
    readme: null,
    licenseFile: null,
  };
  const data = { number, ownerId, name, isPrivate: false, pusherId, file, webcManifest: manifest, contents };
  return { type: 'registry.package-release.pushed', data };
}

function webcManifest(random: Random, name: string): JsonObject {
  return {
    package: { wapm: { description: `A ${random.of(words)}`, license: 'MIT' }, fs: [] },
    atoms: {
      [name]: {
        kind: 'https://webc.org/kind/wasm',
        signature: `sha256:${random.hex(44)}`,
        annotations: { wasm: { features: ['simd', 'bulk-memory', 'reference-types', 'multi-value', 'threads'] } },
      },
    },
    commands: {
      [name]: {
        runner: 'https://webc.org/runner/wasi',
        annotations: { atom: { name }, wasi: { atom: name, env: [`MODE=${random.of(words)}`] } },
      },
    },
    entrypoint: name,
  };
}
