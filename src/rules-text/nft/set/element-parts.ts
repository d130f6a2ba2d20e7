/** Goes from element to element in the text between the braces: commas in quotes are no borders. */
export class ElementCursor {
  readonly #text: string;
  /** Where the next quote is; most sets have none. */
  #quote = -1;
  #next = 0;
  /** Where the element begins, and the comma or brace behind it. */
  start = 0;
  end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The element at hand, as it stands there. */
  get text(): string {
    return this.#text.slice(this.start, this.end).trimEnd();
  }

  /** Goes to the next element; `false` where there is none. */
  next(): boolean {
    this.start = this.#next;
    while (this.#text.charCodeAt(this.start) <= space) this.start += 1;
    if (this.start >= this.#text.length) return false;
    this.end = this.#border(this.start);
    this.#next = this.end + 1;
    return true;
  }

  #border(start: number): number {
    for (let from = start; ; ) {
      const comma = this.#text.indexOf(',', from);
      const end = comma === -1 ? this.#text.length : comma;
      const quote = this.#quoteFrom(from);
      if (quote > end) return end;
      const closing = this.#text.indexOf('"', quote + 1);
      if (closing === -1) return this.#text.length;
      from = closing + 1;
    }
  }

  #quoteFrom(from: number): number {
    if (this.#quote >= from) return this.#quote;
    const found = this.#text.indexOf('"', from);
    this.#quote = found === -1 ? Number.POSITIVE_INFINITY : found;
    return this.#quote;
  }
}

/** The elements between the braces, each as a text. */
export function splitElements(text: string): string[] {
  const elements: string[] = [];
  for (const cursor = new ElementCursor(text); cursor.next(); ) elements.push(cursor.text);
  return elements;
}

/** The parts of an element, as nft orders them: `10.0.0.1 . tcp . 80 counter packets 1 bytes 60 timeout 1h comment "x" : accept`. */
export interface ElementParts {
  readonly key: string;
  /** What its counter has counted; 0 where it has none. */
  readonly packets: number;
  /** Empty where it has none. */
  readonly comment: string;
  /** What the map gives for it; `undefined` in a set. */
  readonly data: string | undefined;
}

export function elementParts(text: string): ElementParts {
  const keyEnd = endOfKey(text);
  if (keyEnd === text.length) return { key: text, packets: 0, comment: '', data: undefined };
  const key = text.slice(0, keyEnd);
  const begin = text.indexOf(commentBegin, keyEnd);
  const commentStart = begin + commentBegin.length;
  const commentEnd = begin === -1 ? keyEnd : text.indexOf('"', commentStart);
  // A comment may have colons itself.
  const separator = text.indexOf(dataBegin, commentEnd);
  return {
    key,
    packets: packetsBehind(text, keyEnd),
    comment: begin === -1 ? '' : text.slice(commentStart, commentEnd),
    data: separator === -1 ? undefined : text.slice(separator + dataBegin.length).trim(),
  };
}

/** What stands before the element's own statements, timeout, comment and data. */
export function keyOf(text: string): string {
  return text.slice(0, endOfKey(text));
}

/** Parts of a key are joined by points, flags of one part by bars. */
function endOfKey(text: string): number {
  for (let from = 0; ; ) {
    const end = text.indexOf(' ', from);
    if (end === -1) return text.length;
    const joint = text.charCodeAt(end + 1);
    if ((joint !== dot && joint !== bar) || text.charCodeAt(end + 2) !== space) return end;
    from = end + 3;
  }
}

function packetsBehind(text: string, keyEnd: number): number {
  if (!text.startsWith(counterBegin, keyEnd)) return 0;
  return Number.parseInt(text.slice(keyEnd + counterBegin.length), 10);
}

const commentBegin = ' comment "';
const dataBegin = ' : ';
const counterBegin = ' counter packets ';
const [space, dot, bar] = [0x20, 0x2e, 0x7c];
