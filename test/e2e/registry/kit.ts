import type { AccountsServer, TestAccount } from '../accounts/kit.js';
import { webcFile, webcParts } from '../../kit/webc-file.js';

/** A URL of the server, whose public URL says localhost, which may be another address here. */
export const reached = (url: string): string => url.replace('//localhost:', '//127.0.0.1:');

/** A webc that differs from others by what it holds. */
export function webc(more: Parameters<typeof webcParts>[0] = {}): Buffer {
  return webcFile(webcParts(more));
}

/** Sends a file as clients do. @returns the signed URL that names it */
export async function sent(by: TestAccount, content: Uint8Array): Promise<string> {
  const { data } = await by.ask('{ getSignedUrlForPackageUpload { url } }');
  const { url } = data.getSignedUrlForPackageUpload as { url: string };
  const { status } = await fetch(reached(url), { method: 'PUT', body: content });
  if (status >= 300) throw new Error(`The upload ended with ${status}.`);
  return url;
}

const pushMutation = `mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { packageWebc { id } } }`;
const tagMutation = `mutation ($input: TagPackageReleaseInput!) {
  tagPackageRelease(input: $input) { packageVersion { id version package { id name } } }
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

/** How many events and how many blobs there are: what a refused mutation must not change. */
export async function storedCounts({ database }: AccountsServer): Promise<{ events: number }> {
  const { rows } = await database.pool.query('SELECT count(*)::int AS events FROM store.events');
  return rows[0];
}
