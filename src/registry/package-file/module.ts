import type { Refusal } from '../../core/errors/refusal.js';
import { broken, type Where } from './package-file.errors.js';

// Node has it; the compiler's library for Node does not name it.
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

/** @returns whether an atom of this kind is WebAssembly. */
export function isWasm(kind: string): boolean {
  return /^https?:\/\/webc\.org\/kind\/wasm$/.test(kind);
}

// What the `wasmer` command writes into a manifest for what a module uses, and V8 does not know in every supported version of Node.
const uncertain = ['exception-handling', 'memory64', 'multi-memory', 'tail-call', 'wide-arithmetic'];

/**
 * @param features what the manifest says the module uses.
 * @returns a warning when this Node cannot tell whether the module is valid; its parts at least are where they must be.
 * @throws Refusal `module` when the module is not valid.
 */
export function checkModule(bytes: Uint8Array, features: string[], where: Where): string | null {
  if (WebAssembly.validate(bytes)) return null;
  const beyond = features.filter((feature) => uncertain.includes(feature));
  if (beyond.length === 0) throw broken('module', where);
  const flaw = flawIn(bytes, where);
  if (flaw) throw flaw;
  return `Module "${where.path}" uses ${beyond.join(', ')} and was not validated to the end.`;
}

const preamble = Buffer.from('\0asm\x01\0\0\0', 'latin1');

/** A module is a preamble and sections, each a number, its length, and that many bytes (WebAssembly specification, 5.5). */
function flawIn(bytes: Uint8Array, where: Where): Refusal | null {
  if (preamble.compare(bytes, 0, preamble.length) !== 0) return broken('module', where);
  let reached = preamble.length;
  while (reached < bytes.length) {
    const length = lebAt(bytes, reached + 1);
    if (!length || length.value > bytes.length - length.end) return broken('module', where);
    reached = length.end + length.value;
  }
  return null;
}

/** An unsigned 32-bit number in LEB128. */
function lebAt(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  return null;
}
