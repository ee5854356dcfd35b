import { drawFor } from './draw.js';
import type { SeedOptions } from './options.js';
import { plannedOwner } from './plan-accounts.js';
import { firstVersion, plannedVersions, type PlannedVersion } from './plan-versions.js';
import type { Random } from './random.js';
import { adjectives, generalKeywords, licenses, purposes, tools, topics } from './words.js';

export type PlannedDependency = { name: string; requirement: string };

export type PlannedPackage = {
  /** Name of the user or of the namespace. */
  owner: string;
  name: string;
  isPrivate: boolean;
  description: string;
  license: string;
  homepage: string | null;
  repository: string | null;
  keywords: string[];
  readme: string;
  /** The first one runs when none is named. */
  commands: string[];
  dependencies: PlannedDependency[];
  versions: PlannedVersion[];
};

const nameCount = topics.length * tools.length;

/** Prime, so that it leads through all names, and far enough that neighbours have little in common. */
const nameStep = 1_009;

/** Every fourth package is a library: public, and without dependencies, so that whoever depends on it needs nothing more. */
const libraryEvery = 4;
const isLibrary = (index: number): boolean => index % libraryEvery === 0;

/** The nth package of a seed. It is the same one however many are asked for. */
export function plannedPackage(options: SeedOptions, index: number): PlannedPackage {
  const { seed } = options;
  const random = drawFor(seed, 'package', index);
  const { name, topic, tool } = plannedName(seed, index);
  const owner = plannedOwner(options, index);
  const description = `A ${random.of(adjectives)} ${topic} ${tool} for ${random.of(purposes)}.`;
  const isPrivate = !isLibrary(index) && random.next() < 0.05;
  const hasHomepage = random.next() < 0.3;
  return {
    owner,
    name,
    isPrivate,
    description,
    license: random.of(licenses),
    homepage: hasHomepage ? `https://${name}.example/` : null,
    repository: `https://git.example/${owner}/${name}`,
    keywords: [...new Set([topic, tool, random.of(generalKeywords), random.of(generalKeywords)])],
    readme: `# ${name}\n\n${description}\n\n    wasmer run ${owner}/${name}\n`,
    commands: random.next() < 0.2 ? [name, `${name}-check`] : [name],
    dependencies: isLibrary(index) ? [] : plannedDependencies(options, index, random),
    versions: plannedVersions(options, index),
  };
}

function plannedName(seed: number, index: number): { name: string; topic: string; tool: string } {
  const at = (index * nameStep + drawFor(seed, 'names', 0).below(nameCount)) % nameCount;
  const topic = topics[at % topics.length]!;
  const tool = tools[Math.floor(at / topics.length)]!;
  const round = Math.floor(index / nameCount);
  return { name: round === 0 ? `${topic}-${tool}` : `${topic}-${tool}-${round + 1}`, topic, tool };
}

/** Up to three libraries before it; of two that are drawn the older one, so that few are used by many. */
function plannedDependencies(options: SeedOptions, index: number, random: Random): PlannedDependency[] {
  const libraries = Math.ceil(index / libraryEvery);
  const count = random.of([0, 0, 1, 1, 2, 3]);
  const drawn = Array.from({ length: count }, () => Math.min(random.below(libraries), random.below(libraries)));
  return [...new Set(drawn)].map((library) => {
    const at = library * libraryEvery;
    const { seed } = options;
    const name = `${plannedOwner(options, at)}/${plannedName(seed, at).name}`;
    return { name, requirement: `^${firstVersion(seed, at)}` };
  });
}
