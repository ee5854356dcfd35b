import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { PreparedDocument } from './prepared.js';

/**
 * The prepared documents of the process, which every transport shares: parsed, valid and within the limits. The least recently used go
 * first. Anybody may send new ones, so they are bounded, in characters of query text: a parsed document takes some eighty bytes for
 * each, and what is compiled for it is weighed in the same measure.
 */
export class Documents {
  /** By text, the least recently used first. */
  private readonly documents = new Map<string, PreparedDocument>();
  private readonly byKey = new Map<string, PreparedDocument>();
  private readonly byNode = new WeakMap<DocumentNode, PreparedDocument>();
  private weight = 0;

  constructor(private readonly maxCharacters: number) {}

  get(text: string): PreparedDocument | undefined {
    return this.used(this.documents.get(text));
  }

  /** @param id the SHA-256 of the text in hex, or a further name that it was given */
  byId(id: string): PreparedDocument | undefined {
    return this.used(this.byKey.get(id));
  }

  /** Knows it as long as somebody holds the node, also when it has gone from the cache. */
  of(node: DocumentNode): PreparedDocument | undefined {
    return this.byNode.get(node);
  }

  /** @param node valid and within the limits */
  add(text: string, node: DocumentNode): PreparedDocument {
    this.remove(text);
    const document = new PreparedDocument(text, node, sha256(text));
    this.byNode.set(node, document);
    this.documents.set(text, document);
    this.weight += document.weight;
    this.name(document, document.hash);
    this.shrink();
    return document;
  }

  /** Lets `byId` find it by another name, too. */
  name(document: PreparedDocument, id: string): void {
    if (this.documents.get(document.text) !== document) return;
    document.ids.push(id);
    this.byKey.set(id, document);
  }

  /** @param characters what a document has come to weigh more */
  grow(document: PreparedDocument, characters: number): void {
    if (this.documents.get(document.text) !== document) return;
    document.weight += characters;
    this.weight += characters;
    this.shrink();
  }

  private used(document: PreparedDocument | undefined): PreparedDocument | undefined {
    if (!document) return undefined;
    this.documents.delete(document.text);
    this.documents.set(document.text, document);
    return document;
  }

  private shrink(): void {
    for (const oldest of this.documents.keys()) {
      if (this.weight <= this.maxCharacters) return;
      this.remove(oldest);
    }
  }

  private remove(text: string): void {
    const document = this.documents.get(text);
    if (!document) return;
    this.documents.delete(text);
    for (const id of document.ids) this.byKey.delete(id);
    this.weight -= document.weight;
  }
}

/** In hex, as clients name a document by it. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
