import { eventTypes } from '../../src/core/event-store/event-types.js';
import type { Event, JsonObject } from '../../src/core/event-store/types.js';
import type { Random } from '../kit/random.js';

type Published = {
  version: string;
  sizeBytes: number;
  sha256: string;
  license: string;
  description: string;
  keywords: string[];
  repository: string;
};

/** What happens to packages in a registry. */
export type PackageEvent =
  | Event<'bench.package.created', Published & { name: string; ownerId: string }>
  | Event<'bench.package.version-published', Published>
  | Event<'bench.package.tagged', { tag: string; version: string; sha256: string; note: string }>
  | Event<'bench.package.yanked', { version: string; sha256: string; reason: string }>
  | Event<'bench.package.renamed', { name: string; formerName: string; reason: string }>;

export const packageEvents = eventTypes<PackageEvent>({
  'bench.package.created': { version: 1 },
  'bench.package.version-published': { version: 1 },
  'bench.package.tagged': { version: 1 },
  'bench.package.yanked': { version: 1 },
  'bench.package.renamed': { version: 1 },
});

/** The event with this version in this stream: data of 150 to 600 bytes. The first one creates the package. */
export function packageEvent(random: Random, stream: number, version: number): { type: string; data: JsonObject } {
  if (version === 1) {
    const data = { name: nameOf(random, stream), ownerId: `user-${random.below(40_000)}`, ...published(random, 1) };
    return { type: 'bench.package.created', data };
  }
  const kind = random.next();
  if (kind < 0.62) return { type: 'bench.package.version-published', data: published(random, version) };
  if (kind < 0.88) return { type: 'bench.package.tagged', data: tagged(random, version) };
  if (kind < 0.97) return { type: 'bench.package.yanked', data: yanked(random, version) };
  return { type: 'bench.package.renamed', data: renamed(random, stream) };
}

/** Who did it, by which request, and at times by which command key: as the server records it. */
export function packageMetadata(random: Random): JsonObject {
  const actor = {
    kind: 'user',
    userId: `user-${random.below(40_000)}`,
    isOperator: false,
    tokenId: `api-token-${random.below(90_000)}`,
  };
  const correlationId = `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`;
  if (random.next() < 0.7) return { actor, correlationId };
  return { actor, correlationId, commandKey: `${actor.userId} bench.Publish ${random.hex(16)}` };
}

function published(random: Random, version: number): Published {
  return {
    version: versionText(version),
    sizeBytes: 20_000 + random.below(8_000_000),
    sha256: random.hex(64),
    license: random.of(licenses),
    description: sentence(random, 4 + random.below(20)),
    keywords: Array.from({ length: random.below(6) }, () => random.of(words)),
    repository: `https://git.example/${random.of(words)}/${random.of(words)}-${random.below(1000)}`,
  };
}

function tagged(random: Random, version: number) {
  const tag = random.of(['latest', 'next', 'stable', 'beta', 'canary']);
  return {
    tag,
    version: versionText(1 + random.below(version)),
    sha256: random.hex(64),
    note: sentence(random, 5 + random.below(12)),
  };
}

function yanked(random: Random, version: number) {
  return {
    version: versionText(1 + random.below(version)),
    sha256: random.hex(64),
    reason: sentence(random, 8 + random.below(30)),
  };
}

function renamed(random: Random, stream: number) {
  const [name, formerName] = [nameOf(random, stream), nameOf(random, stream)];
  return { name, formerName, reason: sentence(random, 14 + random.below(12)) };
}

const nameOf = (random: Random, stream: number) => `${random.of(words)}-${random.of(words)}-${stream.toString(36)}`;

const versionText = (number: number) => `${Math.floor(number / 100)}.${Math.floor(number / 10) % 10}.${number % 10}`;

function sentence(random: Random, length: number): string {
  let text = random.of(words);
  for (let n = 1; n < length; n++) text += ` ${random.of(words)}`;
  return random.next() < 0.05 ? `${text} ${random.of(unusual)}.` : `${text}.`;
}

const licenses = ['MIT', 'Apache-2.0', 'MIT OR Apache-2.0', 'BSD-3-Clause', 'MPL-2.0', 'GPL-3.0-only', 'ISC'];

const words = (
  'parser codec stream buffer image audio vector matrix router proxy cache queue index search token cipher hash tree ' +
  'graph schema query render shader kernel socket packet signal filter sampler solver planner broker ledger wallet ' +
  'fast small safe typed async portable embedded streaming zero-copy lock-free für naïve 画像'
).split(' ');

// What JSON and COPY both have to escape.
const unusual = ['of "them"', 'back\\slash', 'two\nlines', 'a\ttab'];
