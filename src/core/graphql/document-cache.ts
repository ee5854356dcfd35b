import type { DocumentNode } from 'graphql';

/**
 * Parsed and validated documents by hash, for Apollo's document store: the least recently used go first. Bounded by the length of the
 * query texts, since anybody may send new ones; a parsed document takes some thirty times the memory of its text.
 */
export class DocumentCache {
  private readonly documents = new Map<string, DocumentNode>();
  private characters = 0;

  constructor(private readonly maxCharacters: number) {}

  async get(key: string): Promise<DocumentNode | undefined> {
    const document = this.documents.get(key);
    if (!document) return undefined;
    this.documents.delete(key);
    this.documents.set(key, document);
    return document;
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.remove(key);
    this.documents.set(key, document);
    this.characters += lengthOf(document);
    for (const oldest of this.documents.keys()) {
      if (this.characters <= this.maxCharacters) return;
      this.remove(oldest);
    }
  }

  async delete(key: string): Promise<void> {
    this.remove(key);
  }

  private remove(key: string): void {
    const document = this.documents.get(key);
    if (!document) return;
    this.documents.delete(key);
    this.characters -= lengthOf(document);
  }
}

function lengthOf(document: DocumentNode): number {
  return document.loc?.end ?? 0;
}
