import type { HttpClient } from './http-client.js';
import type { Point } from './http-load.js';
import { largePackage, namespaceName, packageName } from './registry-log.js';

const PAGE = 25;

/** 12 fields of each package, its owner and its versions. */
const page = `query packages($first: Int) { packages(first: $first) { edges { node {
  id name packageName namespace displayName globalName private isArchived createdAt updatedAt icon totalDownloads
  owner { globalId globalName ... on Namespace { name avatar } }
  versions { id version fileSize createdAt } } } } }`;

const file = 'piritaDownloadUrl piritaSha256Hash webcManifest';
const files = (fields: string) =>
  `v2: distribution(version: V2) { ${fields} } v3: distribution(version: V3) { ${fields} }`;

/** What clients send before they run a package; the name stands in the text. */
export const resolving = {
  wasmer: (name: string) => `{ getPackage(name: "${name}") { packageName namespace
    versions { version yankedAt yankReason ${files(file)} } } info { defaultFrontend } }`,
  sdk: (name: string) => `{ getPackage(name: "${name}") { packageName namespace
    versions { version isArchived ${files(`${file} webcSize`)} } } info { defaultFrontend } }`,
};

/** As wasmer searches: with all fields of the filter, of which it sets none. */
const search = `query SearchPackages($query: String!, $packages: PackagesFilter, $first: Int, $after: String) {
  search(query: $query, packages: $packages, first: $first, after: $after) { pageInfo { hasNextPage endCursor }
    edges { node { __typename ... on PackageVersion { id version createdAt package { id packageName namespace private
      lastVersion { id version createdAt distribution { piritaSha256Hash piritaDownloadUrl downloadUrl size piritaSize webcVersion webcManifest } } } } }
      cursor } totalCount } }`;

/** A name, words that few packages have and that many have, words of descriptions, and what is nowhere. */
const sought = [
  packageName(77),
  `${namespaceName(1004)}/${packageName(1003)}`,
  'codec hash',
  'parser',
  'things number',
  'token -tree',
  'nosuchthing',
];

export type Size = { packages: number; versions: number; namespaces: number };

/** What is asked of a registry of this size, without a login. */
export function registryReads(client: HttpClient, pid: number, size: Size): Point[] {
  const { packages, versions, namespaces } = size;
  const large = `${namespaceName(1 + (1 % namespaces))}/${largePackage.name}`;
  // Each time another text, as from many clients.
  const small = (n: number) => 2 + (n % (packages - 1));
  const smallName = (n: number) => `${namespaceName(1 + (small(n) % namespaces))}/${packageName(small(n))}`;
  const points: Omit<Point, 'client' | 'pid'>[] = [
    ...(['wasmer', 'sdk'] as const).map((from) => ({
      name: `resolve as ${from} does, ${largePackage.versions} versions`,
      request: () => ({ query: resolving[from](large) }),
      right: (data: any) => data.getPackage.versions.length === largePackage.versions,
    })),
    {
      name: `resolve as wasmer does, ${versions} versions`,
      request: (n) => ({ query: resolving.wasmer(smallName(n)) }),
      right: (data) => data.getPackage.versions.length === versions,
    },
    {
      name: `${PAGE} packages`,
      request: () => ({ query: page, variables: { first: PAGE } }),
      right: ({ packages: { edges } }) => edges.length === PAGE && edges[0].node.versions.length === versions,
    },
    {
      name: 'search',
      request: (n) => ({ query: search, variables: { query: sought[n % sought.length], packages: {}, first: 20 } }),
      right: (data) => Array.isArray(data.search.edges),
    },
  ];
  return points.map((point) => ({ ...point, client, pid }));
}
