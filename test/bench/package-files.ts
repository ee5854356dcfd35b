import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPackageFile } from '../../src/registry/package-file/read-package-file.js';
import { webcFile, webcParts, type Tree } from '../kit/webc-file.js';
import { loadNow } from './machine.js';
import type { BenchOptions } from './options.js';
import { count, type Row } from './report.js';
import { median } from './statistics.js';

const MB = 1_000_000;

/** Reading package files, each in a thread of its own, from its start to the answer. */
export async function measurePackageFiles({ quick, scratch }: BenchOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(scratch, 'packages-'));
  const packages: [name: string, moduleBytes: number, files: number, fileBytes: number][] = [
    ['smallest package', 0, 0, 0],
    ['typical package: 6.6 MB of module, 500 files of 20 kB', 6.6 * MB, 500, 20_000],
    [`large package: ${quick ? 20 : 190} MB in 100 files`, 0, 100, (quick ? 0.2 : 1.9) * MB],
  ];
  const rows: Row[] = [];
  for (const [name, moduleBytes, files, fileBytes] of packages) {
    const bytes = packageOf(moduleBytes, files, fileBytes);
    const path = join(folder, `${rows.length}.webc`);
    writeFileSync(path, bytes);
    const took: number[] = [];
    for (let n = 0; n < (quick ? 3 : 9); n++) {
      const startedAt = performance.now();
      await readPackageFile(path);
      took.push(performance.now() - startedAt);
    }
    const ms = median(took);
    rows.push({
      part: 'files',
      point: `read a ${name}`,
      figure: `${count(ms)} ms, ${count(bytes.length / MB / (ms / 1000))} MB/s`,
      load: loadNow(),
      data: { ms, bytes: bytes.length },
    });
  }
  return rows;
}

function packageOf(moduleBytes: number, files: number, fileBytes: number): Buffer {
  const tree: Tree = {};
  for (let n = 0; n < files; n++) tree[`file-${n}`] = randomBytes(fileBytes);
  return webcFile(webcParts({ atoms: { main: moduleOf(moduleBytes) }, volumes: { '/public': tree } }));
}

/** A valid module whose custom section has so many bytes. */
function moduleOf(bytes: number): Buffer {
  const header = Buffer.from('0061736d01000000', 'hex');
  if (bytes === 0) return header;
  const body = Buffer.concat([Buffer.from([4]), Buffer.from('data'), randomBytes(bytes)]);
  return Buffer.concat([header, Buffer.from([0]), leb128(body.length), body]);
}

function leb128(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left]);
    bytes.push((left & 0x7f) | 0x80);
  }
}
