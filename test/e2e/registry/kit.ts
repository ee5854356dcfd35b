import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { EventStore } from '../../../src/core/event-store/event-store.js';
import { createPool } from '../../../src/core/event-store/pool.js';
import type { JsonObject } from '../../../src/core/event-store/types.js';
import { decodeId } from '../../../src/core/ids/global-id.js';
import { appendRequest } from '../../kit/event-store.js';
import type { AccountsServer, TestAccount } from '../accounts/kit.js';
import { tarGz } from '../../kit/tar-file.js';
import { emptyModule, webcFile, webcParts } from '../../kit/webc-file.js';

/** A URL of the server, whose public URL says localhost, which may be another address here. */
export const reached = (url: string): string => url.replace('//localhost:', '//127.0.0.1:');

/** A webc that differs from others by what it holds. */
export function webc(more: Parameters<typeof webcParts>[0] = {}): Buffer {
  return webcFile(webcParts(more));
}

/** The manifest of `packageTarball`. */
export const wasmerToml = (name: string, version: string): string => `[package]
name = "${name}"
version = "${version}"
description = "Says hello"
license = "MIT"
keywords = ["Greeting", "demo"]

[[module]]
name = "hello"
source = "hello.wasm"
abi = "wasi"

[[command]]
name = "hello"
module = "hello"
`;

/** A tar.gz as the old command-line client packs it. */
export const packageTarball = (name: string, version: string): Buffer =>
  tarGz([
    { name: 'wasmer.toml', content: wasmerToml(name, version) },
    { name: 'hello.wasm', content: emptyModule },
    { name: 'README.md', content: '# Hello' },
  ]);

/** Sends a file as clients do. @returns the signed URL that names it */
export async function sent(by: TestAccount, content: Uint8Array): Promise<string> {
  const { data } = await by.ask('{ getSignedUrlForPackageUpload { url } }');
  const { url } = data.getSignedUrlForPackageUpload as { url: string };
  const { status } = await fetch(reached(url), { method: 'PUT', body: content });
  if (status >= 300) throw new Error(`The upload ended with ${status}.`);
  return url;
}

export const pushMutation = `mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { packageWebc { id } } }`;
export const tagMutation = `mutation ($input: TagPackageReleaseInput!) {
  tagPackageRelease(input: $input) { packageVersion { id version package { id name } } }
}`;

export const publishMutation = `mutation ($input: PublishPackageInput!) {
  publishPackage(input: $input) { packageVersion { id version package { id name } } }
}`;

export type TestVersion = { id: string; version: string; package: { id: string; name: string } };

/** Publishes a version by push and tag. @param name `ns/name` */
export async function publish(
  by: TestAccount,
  name: string,
  version: string,
  { content = webc(), ...said }: { content?: Buffer; private?: boolean; [field: string]: unknown } = {},
): Promise<TestVersion> {
  const signedUrl = await sent(by, content);
  const [namespace] = name.split('/');
  const { private: isPrivate } = said;
  const pushed = await asked(by, pushMutation, { namespace, signedUrl, private: isPrivate });
  const packageReleaseId = pushed.pushPackageRelease.packageWebc.id;
  const tagged = await asked(by, tagMutation, { name, version, packageReleaseId, ...said });
  return tagged.tagPackageRelease.packageVersion;
}

/** The data of a mutation that must succeed. */
export async function asked(by: TestAccount, query: string, input: object): Promise<any> {
  const { data, errors } = await by.ask(query, { input });
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Makes a namespace of somebody. */
export async function namespaceOf(by: TestAccount, name: string): Promise<{ id: string }> {
  const query = 'mutation ($input: CreateNamespaceInput!) { createNamespace(input: $input) { namespace { id } } }';
  return (await asked(by, query, { name })).createNamespace.namespace;
}

/** How many events and blobs there are: what a refused mutation must not change. */
export async function storedCounts({ database, dataDir }: AccountsServer): Promise<{ events: number; blobs: number }> {
  const { rows } = await database.pool.query('SELECT count(*)::int AS events FROM store.events');
  const files = await readdir(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true });
  return { events: rows[0].events, blobs: files.filter((file) => file.isFile()).length };
}

/** Streams by ids in GraphQL. */
export const packageStream = (id: string): string => `package-${decodeId('Package', id)}`;
export const userStream = (id: string): string => `user-${decodeId('User', id)}`;

export type TestEvent = { type: string; data: JsonObject };

/** What a version says, without a file that anybody could load. */
export function versionEvent(version: string, more: JsonObject & { number: number; publisherId: string }): TestEvent {
  const samples = JSON.parse(readFileSync(join(import.meta.dirname, '../../samples/events.json'), 'utf8'));
  const type = 'registry.package.version-published';
  return { type, data: { ...samples[`${type}@1`], version, ...more } };
}

/** Writes to the log of a running instance what no mutation writes, or not at that moment. */
export async function openLog({ url }: { url: string }) {
  const pool = createPool({ url, max: 2, role: 'append' });
  const store = await EventStore.open(pool);
  return {
    store,
    /** @returns the position of the last event */
    append: async (streamId: string, events: TestEvent[], occurredAt = new Date()): Promise<number> => {
      const appended = events.map((event) => ({ ...event, schemaVersion: 1 }));
      const result = await store.append(appendRequest({ streamId, expected: 'any', events: appended }, { occurredAt }));
      return result.position;
    },
    close: () => pool.end(),
  };
}
