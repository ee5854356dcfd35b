import type { TestAccount } from '../accounts/kit.js';
import { asked, reached, sent, webc } from './kit.js';

export const here = reached;

/** A package file that says nothing of its name; another text gives another file. */
export const webcWith = (text: string): Buffer => webc({ volumes: { '/public': { 'index.html': text } } });

const push = `mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { packageWebc { id webcUrl } } }`;
const tag = `mutation ($input: TagPackageReleaseInput!) {
  tagPackageRelease(input: $input) { packageVersion { id distribution { downloadUrl expiresInSeconds } } }
}`;

export type Published = {
  releaseId: string;
  releaseUrl: string;
  versionId: string;
  url: string;
  expiresInSeconds: number | null;
};

/** Publishes a version, with all URLs that its publisher is given. @param fullName `ns/name` */
export async function publish(
  publisher: TestAccount,
  fullName: string,
  version: string,
  file: Buffer,
  isPrivate = false,
): Promise<Published> {
  const signedUrl = await sent(publisher, file);
  const [namespace, name] = fullName.split('/');
  const pushed = await asked(publisher, push, { namespace, name, private: isPrivate, signedUrl });
  const { id: releaseId, webcUrl: releaseUrl } = pushed.pushPackageRelease.packageWebc;
  const input = { name: fullName, version, packageReleaseId: releaseId, private: isPrivate };
  const { packageVersion } = (await asked(publisher, tag, input)).tagPackageRelease;
  const { downloadUrl: url, expiresInSeconds } = packageVersion.distribution;
  return { releaseId, releaseUrl, versionId: packageVersion.id, url, expiresInSeconds };
}
