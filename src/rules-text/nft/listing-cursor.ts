import { NotAListing } from '../rules-text-error.ts';
import { type ListedPart, ListingReader } from './listing-reader.ts';

/**
 * Goes through the text of a listing part by part. What stands in chains and elements may be a hundred thousand lines, which
 * are read when somebody asks for them: here they are passed over, so that only some of their parts come.
 */
export class ListingCursor {
  readonly text: string;
  /** Where the line of the latest part begins. */
  start = 0;
  /** Where the next line begins. */
  end = 0;
  readonly #reader = new ListingReader();
  #isIndentedByNft = false;

  constructor(text: string) {
    this.text = text;
  }

  /** The next part; `undefined` at the end of the text. Throws `NotAListing` where that comes within a block. */
  next(): ListedPart | undefined {
    while (this.end < this.text.length) {
      const part = this.#reader.line(this.#nextLine());
      if (part === undefined) continue;
      if (part.kind === 'chain')
        this.#isIndentedByNft = tabs.test(this.text.slice(this.start, this.start + 2));
      else if (part.kind === 'rule' && this.#isIndentedByNft) this.#passRules();
      else if (part.kind === 'elements' && !part.isLast) this.#passElements();
      return part;
    }
    const { openBlock } = this.#reader;
    if (openBlock === undefined) return undefined;
    const lines = this.text.trimEnd().split('\n').length;
    throw new NotAListing(lines, `the listing ends within ${openBlock}`);
  }

  error(problem: string): NotAListing {
    return new NotAListing(this.text.slice(0, this.start).split('\n').length, problem);
  }

  #nextLine(): string {
    this.start = this.end;
    const newline = this.text.indexOf('\n', this.start);
    this.end = newline === -1 ? this.text.length : newline + 1;
    return this.text.slice(this.start, this.end);
  }

  #passRules(): void {
    const closing = this.text.indexOf(closingOfChain, this.end - 1);
    if (closing !== -1) this.end = closing + 1;
  }

  #passElements(): void {
    const closing = /\}\s*(?:\n|$)/g;
    closing.lastIndex = this.end;
    const found = closing.exec(this.text);
    this.end = found === null ? this.text.length : this.text.lastIndexOf('\n', found.index) + 1;
  }
}

/** One tab and no more: what stands in blocks within a chain is indented by more. */
const tabs = /^\t(?!\t)/;
const closingOfChain = '\n\t}\n';
