/** Cuts text into lines while it arrives. */
export class Lines {
  #rest = '';

  /** The lines that this chunk completes, empty ones left out. */
  push(chunk: string): readonly string[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter((line) => line.trim() !== '');
  }

  /** Whether the text ends in the middle of a line. */
  get isBroken(): boolean {
    return this.#rest.trim() !== '';
  }
}
