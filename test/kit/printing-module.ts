/** A WASI command that prints a line and ends: what a test publishes to see that it runs. */
export function printingModule(text: string): Buffer {
  const line = Buffer.from(`${text}\n`);
  const textAt = 16;
  const memory = Buffer.alloc(textAt + line.length);
  memory.writeUInt32LE(textAt, 0);
  memory.writeUInt32LE(line.length, 4);
  line.copy(memory, textAt);
  // fd_write(stdout, one vector at 0, bytes written go to 8)
  const write = Buffer.from([0x41, 1, 0x41, 0, 0x41, 1, 0x41, 8, 0x10, 0, 0x1a, 0x0b]);
  return Buffer.concat([
    Buffer.from('\0asm\x01\0\0\0', 'latin1'),
    section(1, list(Buffer.from([0x60, 4, i32, i32, i32, i32, 1, i32]), Buffer.from([0x60, 0, 0]))),
    section(2, list(Buffer.concat([name('wasi_snapshot_preview1'), name('fd_write'), Buffer.from([0, 0])]))),
    section(3, list(Buffer.from([1]))),
    section(5, list(Buffer.from([0, 1]))),
    section(
      7,
      list(Buffer.concat([name('memory'), Buffer.from([2, 0])]), Buffer.concat([name('_start'), Buffer.from([0, 1])])),
    ),
    section(10, list(sized(Buffer.concat([Buffer.from([0]), write])))),
    section(11, list(Buffer.concat([Buffer.from([0, 0x41, 0, 0x0b]), sized(memory)]))),
  ]);
}

const i32 = 0x7f;

const section = (id: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([id]), sized(body)]);
const list = (...items: Buffer[]): Buffer => Buffer.concat([unsigned(items.length), ...items]);
const sized = (bytes: Buffer): Buffer => Buffer.concat([unsigned(bytes.length), bytes]);
const name = (text: string): Buffer => sized(Buffer.from(text));

/** LEB128. */
function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
