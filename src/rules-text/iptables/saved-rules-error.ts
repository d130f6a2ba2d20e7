/** The text is not what iptables-save prints, or not all of it. The message names the line. */
export class SavedRulesError extends Error {
  override readonly name = 'SavedRulesError';
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
  }
}
