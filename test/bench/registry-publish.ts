import { emptyModule, webcFile, webcParts } from '../kit/webc-file.js';
import { loadNow } from './machine.js';
import { count, type Row } from './report.js';
import type { Served } from './served.js';
import { latencies, percentile } from './statistics.js';

const AT_ONCE = 64;

const operations = {
  createNamespace: 'mutation ($input: CreateNamespaceInput!) { createNamespace(input: $input) { namespace { id } } }',
  url: '{ getSignedUrlForPackageUpload { url } }',
  push: 'mutation ($input: PushPackageReleaseInput!) { pushPackageRelease(input: $input) { packageWebc { id } } }',
  tag: 'mutation ($input: TagPackageReleaseInput!) { tagPackageRelease(input: $input) { packageVersion { id version } } }',
};

/** Clients that each publish new packages as wasmer does: a signed URL, the file, push, tag. */
export async function measurePublishes({ client, server }: Served, quick: boolean): Promise<Row> {
  const total = AT_ONCE * (quick ? 1 : 8);
  const namespace = 'publishers';
  await client.send(operations.createNamespace, { input: { name: namespace } });
  const publish = async (n: number) => {
    const { getSignedUrlForPackageUpload } = await client.send(operations.url);
    const signedUrl: string = getSignedUrlForPackageUpload.url;
    // The public URL names the host, the server listens on an address.
    const url = server.url + signedUrl.slice(new URL(signedUrl).origin.length);
    const content = webcFile(webcParts({ atoms: { [`tool-${n}`]: emptyModule } }));
    const { status } = await fetch(url, { method: 'PUT', body: content });
    if (status >= 300) throw new Error(`The upload ended with ${status}.`);
    const pushed = await client.send(operations.push, { input: { namespace, signedUrl } });
    const packageReleaseId = pushed.pushPackageRelease.packageWebc.id;
    const version = { name: `${namespace}/tool-${n}`, version: '1.0.0', packageReleaseId };
    await client.send(operations.tag, { input: version });
  };
  const startedAt = performance.now();
  const taken = await latencies(AT_ONCE, total, publish);
  const rate = (total / (performance.now() - startedAt)) * 1000;
  const [p50, p95] = [percentile(taken, 50), percentile(taken, 95)];
  return {
    part: 'registry',
    point: `${AT_ONCE} publishes at once`,
    figure: `${count(rate)} publishes/s, p50 ${count(p50)} ms, p95 ${count(p95)} ms`,
    beside: 'each is four requests and a file',
    load: loadNow(),
    data: { publishesPerSecond: rate, p50, p95, total },
  };
}
