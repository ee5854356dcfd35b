import { gzipSync } from 'node:zlib';

/** One entry of an archive, written as it is told: nothing is checked. */
export type TarFileEntry = {
  name: string;
  content?: string | Uint8Array;
  /** `0` file, `5` directory, `1` `2` links, `x` pax, `L` long name … */
  type?: string;
  /** Size in the header, when it is not that of the content. */
  size?: number;
  prefix?: string;
  magic?: string;
  /** Changes the header after its checksum is in. */
  edit?(header: Buffer): void;
};

const magics = { ustar: 'ustar\u000000', gnu: 'ustar  \0' };

/** @param end what stands behind the entries; two blocks of zeros in a right archive. */
export function tarFile(entries: TarFileEntry[], end: Uint8Array = Buffer.alloc(1024)): Buffer {
  const blocks = entries.map((entry) => {
    const content = Buffer.from(entry.content ?? '');
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    return Buffer.concat([headerOf(entry, content.length), content, padding]);
  });
  return Buffer.concat([...blocks, end]);
}

export function tarGz(entries: TarFileEntry[], end?: Uint8Array): Buffer {
  return gzipSync(tarFile(entries, end));
}

/** Sums up the header anew, after something in it was changed. */
export function sumUp(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** Records of a pax header. */
export function paxRecords(records: Record<string, string>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`);
      let length = rest + String(rest).length;
      if (String(length).length > String(rest).length) length += 1;
      return `${length} ${key}=${value}\n`;
    })
    .join('');
}

function headerOf(
  { name, type = '0', size, prefix = '', magic = 'ustar', edit }: TarFileEntry,
  length: number,
): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(size ?? length).toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${(1_770_091_506).toString(8).padStart(11, '0')}\0`, 136);
  header.write(type, 156, 'latin1');
  header.write(magic in magics ? magics[magic as keyof typeof magics] : magic, 257, 'latin1');
  header.write(prefix, 345, 155);
  sumUp(header);
  edit?.(header);
  return header;
}
