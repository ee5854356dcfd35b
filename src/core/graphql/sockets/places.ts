/** Counts what is open, in all and by the client's address. */
export class Places {
  private total = 0;
  private readonly byAddress = new Map<string, number>();

  constructor(
    private readonly max: number,
    private readonly maxPerAddress: number,
  ) {}

  /** @returns which limit is reached for this address; undefined when there is room. */
  full(address: string): 'total' | 'address' | undefined {
    if (this.total >= this.max) return 'total';
    return (this.byAddress.get(address) ?? 0) >= this.maxPerAddress ? 'address' : undefined;
  }

  /** @returns gives the place back; to be called once. */
  take(address: string): () => void {
    this.total += 1;
    this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1);
    return () => {
      this.total -= 1;
      const left = this.byAddress.get(address)! - 1;
      if (left > 0) this.byAddress.set(address, left);
      else this.byAddress.delete(address);
    };
  }
}
