/** A word of a rule: `text` has no quotes, where it had some. */
export interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly start: number;
  readonly end: number;
}

/** What the reader of a rule cannot make sense of. It never leaves the readers: the rule says `unknown` there. */
export class UnsupportedSyntax extends Error {
  override readonly name = 'UnsupportedSyntax';
}

/** The words of one rule, read from left to right. */
export class Words {
  readonly line: string;
  readonly #words: Word[];
  #at = 0;

  /** A `#` outside of quotes begins a remark of nft's own, such as a handle. */
  constructor(line: string) {
    this.line = line;
    this.#words = split(line);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#words.length;
  }

  /** The next word; empty at the end. Quoted words are never keywords: see `nextIs`. */
  get next(): string {
    return this.#words[this.#at]?.text ?? '';
  }

  get nextIsQuoted(): boolean {
    return this.#words[this.#at]?.isQuoted === true;
  }

  /** Whether the next word is one of these, without quotes. */
  nextIs(...texts: readonly string[]): boolean {
    const word = this.#words[this.#at];
    return word !== undefined && !word.isQuoted && texts.includes(word.text);
  }

  /** Takes the next word. Throws `UnsupportedSyntax` at the end. */
  take(): string {
    const word = this.#words[this.#at];
    if (word === undefined) throw new UnsupportedSyntax('a word is missing');
    this.#at += 1;
    return word.text;
  }

  /** Takes the next word where it is this one. */
  takeIf(...texts: readonly string[]): boolean {
    if (!this.nextIs(...texts)) return false;
    this.#at += 1;
    return true;
  }

  /** Takes the next word, which must be this one. */
  expect(text: string): void {
    if (!this.takeIf(text)) throw new UnsupportedSyntax(`"${text}" is missing`);
  }

  /** Puts other words in the place of the next one, of the same text: `10.0.0.1:tcp` as `10.0.0.1` and `tcp`. */
  splitNext(...texts: readonly string[]): void {
    const word = this.#words[this.#at];
    if (word === undefined) return;
    this.#words.splice(this.#at, 1, ...texts.map((text) => ({ ...word, text })));
  }

  /** A place to come back to, or to take the text from. */
  get place(): number {
    return this.#at;
  }

  goTo(place: number): void {
    this.#at = place;
  }

  /** The text from a place up to here, as it stands in the line. */
  textSince(place: number): string {
    const [first, last] = [this.#words[place], this.#words[this.#at - 1]];
    return first === undefined || last === undefined ? '' : this.line.slice(first.start, last.end);
  }

  /** Takes all that stands in braces, of which the first is next; gives what is between them. */
  takeBraces(): string {
    const open = this.#words[this.#at];
    this.expect('{');
    for (let depth = 1; ; ) {
      const word = this.#words[this.#at];
      if (this.takeIf('{')) depth += 1;
      else if (this.takeIf('}')) depth -= 1;
      else this.take();
      if (depth === 0) return this.line.slice(open?.end ?? 0, word?.start).trim();
    }
  }

  /** Takes all words that are left, or those before this one. */
  takeRest(end?: string): string {
    const place = this.#at;
    while (!this.isAtEnd && !(end !== undefined && this.nextIs(end))) this.#at += 1;
    return this.textSince(place);
  }
}

/** Raw payload (`@th,16,16`) is one word; else commas, braces and parentheses stand for themselves. */
const pattern = /# xt_\w+|"[^"]*"\*?|@\w+,\d+,\d+|[{}(),]|[^\s{}(),"]+/g;

function split(line: string): Word[] {
  const words: Word[] = [];
  for (const match of line.matchAll(pattern)) {
    const [text] = match;
    if (text.startsWith('#') && !text.startsWith('# xt_')) break;
    const isQuoted = text.startsWith('"');
    const { index: start } = match;
    words.push({
      text: isQuoted ? text.replaceAll('"', '') : text,
      isQuoted,
      start,
      end: start + text.length,
    });
  }
  return words;
}
