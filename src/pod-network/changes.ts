import { KernelError } from '../kernel/netlink/route/kernel-error.ts';

/** What was done to the kernel, and what it refused: one refusal holds up nothing else. */
export class Changes {
  readonly #done: string[] = [];
  readonly #refused: string[] = [];

  /** One line each: `route to 10.244.2.0/24 set`. */
  get done(): readonly string[] {
    return this.#done;
  }

  get refused(): readonly string[] {
    return this.#refused;
  }

  /** Does it, and notes it in these words. Throws only what is no `KernelError`. */
  make(words: string, change: () => void): void {
    try {
      change();
      this.#done.push(words);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#refused.push(error.message);
    }
  }
}
