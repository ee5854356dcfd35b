import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../kit/webc-file.js';
import type { Placeholders } from './placeholders.js';

/** One request and its answer, as they went over the wire. */
export type WireExchange = { request: WireRequest; answer: WireAnswer };
export type WireRequest = { method: string; path: string; headers: Record<string, string>; body: Buffer };
export type WireAnswer = { status: number; headers: Record<string, string>; body: Buffer };

/** The same with placeholders, as it is kept. */
export type Exchange = {
  request: { method: string; path: string; headers: Record<string, string>; body: Body };
  answer: { status: number; headers: Record<string, string>; body: Body };
};
export type Body = { json: { query?: string; [field: string]: unknown } } | { text: string } | { file: string };

/** What a client was told to do, and what it sent then. */
export type Step = { command: string; exchanges: Exchange[] };

/** What is kept in files of their own, by name: package files, and GraphQL documents that have a name. Equal ones are one. */
export type Files = Map<string, Buffer>;

export function hidden({ request, answer }: WireExchange, placeholders: Placeholders, files: Files): Exchange {
  const { method, path, headers } = request;
  return {
    request: {
      method,
      path: placeholders.hide(path),
      headers: mapped(only(headers, requestHeaders), (value) => placeholders.hide(value)),
      body: hiddenBody(request, placeholders, files),
    },
    answer: hiddenAnswer(answer, placeholders, files),
  };
}

export function hiddenAnswer(answer: WireAnswer, placeholders: Placeholders, files: Files): Exchange['answer'] {
  const body = hiddenBody(answer, placeholders, files);
  // Only of files is the length the same each time, and needed.
  const names = 'file' in body ? [...answerHeaders, 'content-length'] : answerHeaders;
  return { status: answer.status, headers: only(answer.headers, names), body };
}

export function shown({ request }: Exchange, placeholders: Placeholders, files: Files): WireRequest {
  const { method, path, headers, body } = request;
  return {
    method,
    path: placeholders.show(path),
    headers: mapped(headers, (value) => placeholders.show(value)),
    body: shownBody(body, placeholders, files),
  };
}

export function readRecording(folder: string): { steps: Step[]; files: Files } {
  const names = readdirSync(folder).filter((name) => name !== 'exchanges.json');
  return {
    steps: JSON.parse(readFileSync(join(folder, 'exchanges.json'), 'utf8')),
    files: new Map(names.map((name) => [name, readFileSync(join(folder, name))])),
  };
}

export function writeRecording(folder: string, steps: Step[], files: Files): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'exchanges.json'), `${JSON.stringify(steps, null, 2)}\n`);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
}

const requestHeaders = ['accept', 'accept-encoding', 'authorization', 'content-type', 'user-agent'];
const answerHeaders = ['content-type', 'location'];

function hiddenBody({ headers, body }: WireRequest | WireAnswer, placeholders: Placeholders, files: Files): Body {
  if (body.subarray(0, 5).toString() === '\0webc') {
    return { file: kept(`${sha256(body).toString('hex').slice(0, 8)}.webc`, body, files) };
  }
  const text = placeholders.hide(body.toString());
  if (!headers['content-type']?.includes('json')) return { text };
  const json = JSON.parse(text);
  if (!json.operationName) return { json };
  return { json: { ...json, query: kept(`${json.operationName}.graphql`, Buffer.from(json.query), files) } };
}

/** @throws Error when a client has two documents of one name. */
function kept(name: string, content: Buffer, files: Files): string {
  if (files.get(name)?.equals(content) === false) throw new Error(`There are two ${name}.`);
  files.set(name, content);
  return name;
}

function shownBody(body: Body, placeholders: Placeholders, files: Files): Buffer {
  if ('file' in body) return files.get(body.file)!;
  if ('text' in body) return Buffer.from(placeholders.show(body.text));
  const { query } = body.json;
  const json = files.has(query!) ? { ...body.json, query: files.get(query!)!.toString() } : body.json;
  return Buffer.from(placeholders.show(JSON.stringify(json)));
}

function only(headers: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

function mapped(headers: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));
}
