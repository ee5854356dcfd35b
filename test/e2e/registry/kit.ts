import { webcFile, webcParts } from '../../kit/webc-file.js';
import type { TestAccount } from '../accounts/kit.js';

/** The public URL says localhost, which may be another address here. */
export const here = (url: string): string => url.replace('//localhost:', '//127.0.0.1:');

/** A package file that says nothing of its name; another text gives another file. */
export const webcWith = (text: string): Buffer =>
  webcFile(webcParts({ volumes: { '/public': { 'index.html': text } } }));

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

/** Publishes a version as clients do: a URL, the file, a release, a version. @param fullName `ns/name` */
export async function publish(
  publisher: TestAccount,
  fullName: string,
  version: string,
  file: Buffer,
  isPrivate = false,
): Promise<Published> {
  const { signedUrl } = await data(publisher, '{ signedUrl: getSignedUrlForPackageUpload { url } }');
  const sent = await fetch(here(signedUrl.url), { method: 'PUT', body: new Uint8Array(file) });
  expect(sent.status).toBe(200);
  const [namespace, name] = fullName.split('/');
  const pushed = await data(publisher, push, { namespace, name, private: isPrivate, signedUrl: signedUrl.url });
  const { id: releaseId, webcUrl: releaseUrl } = pushed.pushPackageRelease.packageWebc;
  const input = { name: fullName, version, packageReleaseId: releaseId, private: isPrivate };
  const { packageVersion } = (await data(publisher, tag, input)).tagPackageRelease;
  const { downloadUrl: url, expiresInSeconds } = packageVersion.distribution;
  return { releaseId, releaseUrl, versionId: packageVersion.id, url, expiresInSeconds };
}

async function data({ ask }: TestAccount, query: string, input?: object): Promise<any> {
  const { data: found, errors } = await ask(query, { input });
  expect(errors).toBeUndefined();
  return found;
}
