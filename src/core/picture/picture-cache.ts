/** Contents by key, up to a total size; the least recently used go first. Who asks for one that is being made gets the same. */
export class PictureCache {
  private readonly kept = new Map<string, Buffer>();
  private readonly underWay = new Map<string, Promise<Buffer>>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** @throws whatever `make` throws; nothing is kept then. */
  async get(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const found = this.kept.get(key);
    if (found) {
      this.kept.delete(key);
      this.kept.set(key, found);
      return found;
    }
    let content = this.underWay.get(key);
    if (!content) {
      content = make().finally(() => this.underWay.delete(key));
      this.underWay.set(key, content);
      void content.then((made) => this.keep(key, made)).catch(() => undefined);
    }
    return content;
  }

  private keep(key: string, content: Buffer): void {
    this.kept.set(key, content);
    this.bytes += content.length;
    for (const [oldest, { length }] of this.kept) {
      if (this.bytes <= this.maxBytes) return;
      this.kept.delete(oldest);
      this.bytes -= length;
    }
  }
}
