/** Takes the words of a rule one after another, split as iptables-restore splits lines. */
export class WordReader {
  readonly line: string;
  /** The word at hand, its quotes and escapes undone. */
  word = '';
  /** Whether it starts with a quote: then it is a value, whatever it looks like. */
  quoted = false;
  /** Where it stands in the line, quotes included. */
  start: number;
  end: number;

  constructor(line: string, from: number) {
    this.line = line;
    this.start = from;
    this.end = from;
  }

  /** Goes to the next word; `false` where there is none. */
  next(): boolean {
    const { line } = this;
    let start = this.end;
    while (start < line.length && isBlank(line.charCodeAt(start))) start += 1;
    let end = start;
    let hasQuotes = false;
    for (; end < line.length; end += 1) {
      const code = line.charCodeAt(end);
      hasQuotes = code === quote;
      if (hasQuotes || isBlank(code)) break;
    }
    this.start = start;
    this.quoted = line.charCodeAt(start) === quote;
    if (hasQuotes) this.#readQuotes();
    else {
      this.word = line.slice(start, end);
      this.end = end;
    }
    return start < line.length;
  }

  /** Blanks inside double quotes are part of the word; there a backslash takes the next character as it is. */
  #readQuotes(): void {
    const { line } = this;
    let word = '';
    let open = false;
    let at = this.start;
    let taken = at;
    for (; at < line.length && (open || !isBlank(line.charCodeAt(at))); at += 1) {
      const code = line.charCodeAt(at);
      const escapes = open && code === backslash;
      if (code === quote) open = !open;
      else if (!escapes) continue;
      word += line.slice(taken, at);
      taken = at + 1;
      if (escapes) at += 1;
    }
    this.end = Math.min(at, line.length);
    this.word = word + line.slice(taken, this.end);
  }
}

const quote = 0x22;
const backslash = 0x5c;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}
