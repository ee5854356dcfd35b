/** A sleep that a wake-up ends. A wake-up that comes while nobody sleeps is remembered for the next sleep, so none is lost. */
export class Wake {
  private pending = false;
  private resolve: (() => void) | null = null;

  ring(): void {
    this.pending = true;
    this.resolve?.();
  }

  async sleep(atMostMs: number): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, atMostMs);
        this.resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.resolve = null;
    }
    this.pending = false;
  }
}
