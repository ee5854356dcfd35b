import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Module } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Authenticator } from '../../src/core/graphql/context.js';
import { createGraphqlModule } from '../../src/core/graphql/graphql.module.js';
import type { Upload } from '../../src/core/graphql/multipart/upload.js';
import { UploadField } from '../../src/core/graphql/multipart/upload-field.js';
import { Public } from '../../src/core/graphql/policy.js';
import { makeDataFolder } from './data-folder.js';
import { startFixture } from './web-fixture.js';

const sdl = `
extend type Query { ping(text: String): String }
extend type Mutation { take(input: TakeInput, files: [Upload!], file: Upload): [Taken!]! }
input TakeInput { name: String upload: Upload }
type Taken { filename: String! mimeType: String! sizeBytes: Int! text: String! again: String! }`;

class TakeInput {
  name?: string;
  @UploadField() upload?: Upload;
}

@Resolver()
class TakingResolver {
  @Query()
  @Public('for the spec')
  ping(@Args('text') text: string | null) {
    return text ?? 'pong';
  }

  /** Reads every file twice at once. */
  @Mutation()
  @Public('for the spec')
  async take(@Args('input') input?: TakeInput, @Args('files') files?: Upload[], @Args('file') file?: Upload) {
    const uploads = [input?.upload, ...(files ?? []), file].filter((upload) => upload != null);
    return Promise.all(uploads.map(taken));
  }
}

async function taken(upload: Upload) {
  const [text, again] = await Promise.all([buffer(upload.stream()), buffer(upload.stream())]);
  const { filename, mimeType, sizeBytes } = upload;
  return {
    filename,
    mimeType,
    sizeBytes,
    text: text.toString('latin1', 0, 100),
    again: again.toString('latin1', 0, 100),
  };
}

class Nobody extends Authenticator {
  override authenticate = () => Promise.reject(new Error('no token is sent here'));
}

@Module({
  providers: [TakingResolver, { provide: Authenticator, useClass: Nobody }],
  exports: [Authenticator],
})
class TakingModule {}

/** The shell with a mutation that takes files and tells what it got. */
export async function startTaking() {
  const dataDir = makeDataFolder();
  const shell = await startFixture({ WAYBILL_DATA_DIR: dataDir }, [
    createGraphqlModule({ typeDefs: [sdl], imports: [TakingModule] }),
  ]);
  const send = async (body: FormData | string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${shell.url}/graphql`, { method: 'POST', body, headers });
    const { data, errors } = (await response.json()) as { data?: any; errors?: any[] };
    return { status: response.status, data, errors, code: errors?.[0]?.extensions?.code, error: errors?.[0] };
  };
  return { ...shell, dataDir, send };
}

export type Part = string | { text: string; type?: string; filename?: string };

/** A body as bytes, part by part, for what FormData would not write. */
export function multipartBody(parts: [string, Part][], end = '--x--\r\n'): string {
  const written = parts.map(([name, part]) => {
    const { text, type, filename } = typeof part === 'string' ? ({ text: part } as Exclude<Part, string>) : part;
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    return `--x\r\ncontent-disposition: form-data; name="${name}"${file}\r\n${type ? `content-type: ${type}\r\n` : ''}\r\n${text}\r\n`;
  });
  return written.join('') + end;
}

export const boundaryHeader = { 'content-type': 'multipart/form-data; boundary=x' };

/** Sends bytes as they are. @returns all that came back until the server closed, or until `enough` says so. */
export function rawRequest(url: string, head: string, body: string, enough: (answer: string) => boolean = () => false) {
  return new Promise<string>((resolve, reject) => {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(`${head}\r\n\r\n${body}`));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
      if (enough(answer)) socket.end();
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}
