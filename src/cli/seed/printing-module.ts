/**
 * A WASI program that prints a text and ends, byte by byte (WebAssembly core specification 2.0, chapter 5):
 *
 *     (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
 *     (func (export "_start") (drop (call 0 (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
 *     (data (i32.const 0) "<address and length of the text, room for the result, text>")
 *
 * @param text of at most 60,000 bytes, for there is one page of memory
 */
export function printingModule(text: string): Buffer {
  const content = Buffer.from(text);
  const head = Buffer.alloc(textAt);
  head.writeUInt32LE(textAt, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([
    Buffer.from('\0asm\x01\0\0\0', 'latin1'),
    section(1, [2, 0x60, 4, i32, i32, i32, i32, 1, i32, 0x60, 0, 0]), // types: fd_write, _start
    section(2, [1, ...named('wasi_snapshot_preview1'), ...named('fd_write'), 0, 0]),
    section(3, [1, 1]),
    section(5, [1, 0, 1]), // one page of memory
    section(7, [2, ...named('memory'), 2, 0, ...named('_start'), 0, 1]),
    section(10, [1, start.length, ...start]),
    section(11, [1, 0, constant, 0, end, ...sized([...head, ...content])]),
  ]);
}

const i32 = 0x7f;
const constant = 0x41;
const end = 0x0b;

/** Behind the one piece that fd_write is told of: address, length; and behind the place for what it answers. */
const textAt = 16;

/** No locals; call 0, drop. */
const start = [0, constant, 1, constant, 0, constant, 1, constant, 8, 0x10, 0, 0x1a, end];

const section = (id: number, body: number[]): Buffer => Buffer.from([id, ...sized(body)]);

const named = (name: string): number[] => sized([...Buffer.from(name)]);

const sized = (bytes: number[]): number[] => [...leb128(bytes.length), ...bytes];

/** Seven bits a byte, the lowest first. */
function leb128(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >>> 7)];
}
