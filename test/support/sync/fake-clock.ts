import type { Clock } from '../../../src/sync/clock.ts';

/** Milliseconds that pass only where a test says so. */
export class FakeClock implements Clock {
  #now = 0;
  #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, then: () => void): () => void {
    const sleeper = { at: this.#now + Math.max(0, milliseconds), wake: then };
    this.#sleepers.push(sleeper);
    return () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    };
  }

  /** Lets so much time pass, and everything happen that is to happen in it, each at its time. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await settled();
      const next = this.#earliest();
      if (next === undefined || next.at > end) break;
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      this.#now = next.at;
      next.wake();
    }
    this.#now = end;
  }

  #earliest(): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (earliest === undefined || sleeper.at < earliest.at) earliest = sleeper;
    }
    return earliest;
  }
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Resolves when nothing goes on any more without the time going on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
