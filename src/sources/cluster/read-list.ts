/**
 * Cuts a List into its items while its text arrives, so that no more than one item and the chunk are in memory.
 * What stands around the items, such as `metadata`, is kept as text.
 */
export class ListReader {
  /** Everything but the items: `{"kind":"ServiceList",…,"items":[]}`. */
  #frame = '';
  /** What is read of the piece that has begun, an item or a part of the frame. */
  #piece = '';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inItems = false;

  /** The texts of the items that this chunk completes. */
  push(chunk: string): readonly string[] {
    const items: string[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#inString) {
        at = this.#skipString(chunk, at);
        continue;
      }
      switch (chunk.charCodeAt(at)) {
        case quote:
          this.#inString = true;
          break;
        case openBrace:
        case openBracket:
          this.#depth += 1;
          if (this.#depth === itemsDepth && !this.#inItems && chunk.charCodeAt(at) === openBracket) {
            this.#frame += this.#piece + chunk.slice(start, at + 1);
            this.#piece = '';
            start = at + 1;
            this.#inItems = /"items"\s*:\s*\[$/.test(this.#frame);
          }
          break;
        case closeBrace:
        case closeBracket:
          if (this.#inItems && this.#depth === itemsDepth) {
            this.#inItems = false;
            // Nothing, unless there were others than objects: those stay.
            this.#frame += withoutComma(this.#piece + chunk.slice(start, at));
            this.#piece = '';
            start = at;
          }
          this.#depth -= 1;
          if (this.#inItems && this.#depth === itemsDepth) {
            items.push(withoutComma(this.#piece + chunk.slice(start, at + 1)));
            this.#piece = '';
            start = at + 1;
          }
          break;
      }
    }
    this.#piece += chunk.slice(start);
    return items;
  }

  /** The List as far as it stands before its items, once they have begun; `undefined` before. */
  head(): unknown {
    return this.#inItems ? JSON.parse(`${this.#frame}]}`) : undefined;
  }

  /** The List without its items. Throws a `SyntaxError` where the text ended too early or is no JSON. */
  end(): unknown {
    return JSON.parse(this.#frame + this.#piece);
  }

  /** Where the string ends, or the chunk does. */
  #skipString(chunk: string, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const code = chunk.charCodeAt(at);
      if (this.#escaped) this.#escaped = false;
      else if (code === backslash) this.#escaped = true;
      else if (code === quote) {
        this.#inString = false;
        return at;
      }
    }
    return chunk.length;
  }
}

/** Inside the brackets of `items`. */
const itemsDepth = 2;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

function withoutComma(text: string): string {
  return text.replace(/^[\s,]+/, '');
}
