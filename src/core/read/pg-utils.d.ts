/** The part of pg by which its own queries turn parameters into what the protocol takes. */
declare module 'pg/lib/utils.js' {
  export function prepareValue(value: unknown): unknown;
}
