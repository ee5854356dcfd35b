import type { Readable } from 'node:stream';
import { GraphQLError, GraphQLScalarType } from 'graphql';
import type { SpooledFile } from './spool.js';

/**
 * A file that came with the request, as resolvers get it. A type and no class: Nest's pipe would make a copy of an argument whose type
 * is a class, and a file cannot be copied.
 */
export type Upload = {
  /** As the client called it, without folders. It says nothing about the content. */
  readonly filename: string;
  /** As the client called it; the content may be something else. */
  readonly mimeType: string;
  /** Counted, not declared. */
  readonly sizeBytes: number;
  /** The number of the open file, for who reads it at positions of its own choice; until the request is answered. */
  readonly fd: number;
  /** The content from its start. It can be read, as often as needed, until the request is answered. */
  stream(): Readable;
};

/** Made by the multipart parser alone. */
export class ReceivedUpload implements Upload {
  readonly #file: SpooledFile;

  constructor(
    readonly filename: string,
    readonly mimeType: string,
    file: SpooledFile,
  ) {
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  get fd(): number {
    return this.#file.fd;
  }

  stream(): Readable {
    return this.#file.stream();
  }

  /** What the file stands for where an input is compared: the same clientMutationId with another file is other input. */
  toJSON(): object {
    return { sha256: this.#file.hash };
  }
}

function refuseValue(): never {
  throw new GraphQLError('An Upload is a file part of a multipart request. It cannot be written as a value.');
}

/** Takes only what the multipart parser made. */
export const uploadScalar = new GraphQLScalarType<Upload, never>({
  name: 'Upload',
  serialize: refuseValue,
  parseValue: (value) => (value instanceof ReceivedUpload ? value : refuseValue()),
  parseLiteral: refuseValue,
});
