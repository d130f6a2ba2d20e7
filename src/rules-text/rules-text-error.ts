/** A text does not hold rules of the language that it should, or not all of them. The message names the line. */
export class RulesTextError extends Error {
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The text is not what iptables-save prints, or not all of it. */
export class SavedRulesError extends RulesTextError {
  override readonly name = 'SavedRulesError';

  constructor(line: number, problem: string) {
    super(line, `line ${line}: ${problem}`);
  }
}

/** The text is no listing of nft, or not all of one. */
export class NotAListing extends RulesTextError {
  override readonly name = 'NotAListing';

  constructor(line: number, problem: string) {
    super(line, `not a listing of nft: line ${line}: ${problem}`);
  }
}
