import type { Element, Scalar } from '../../rule.ts';
import type { SetDeclaration } from '../listed-parts.ts';
import { ElementCursor, keyOf } from './element-parts.ts';
import { hashKey, KeyScanner } from './key-scanner.ts';
import { RangeIndex } from './range-index.ts';
import { readElement } from './read-element.ts';

/** Finds elements in the text that lists them. */
export class ElementIndex {
  readonly #source: string;
  readonly #declaration: SetDeclaration;
  /** Where each element begins and ends, and its key's number: 0 where the key is not of values alone. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #hashes: number[] = [];
  readonly #ranges: RangeIndex;
  #slots = new Int32Array(0);
  /** Those that were read, by their place: packets ask for the same ones again and again. */
  readonly #elements = new Map<number, Element>();
  /** The element `*`. */
  #anything: number | undefined;
  #hasUnsupported = false;

  constructor(source: string, declaration: SetDeclaration) {
    this.#source = source;
    this.#declaration = declaration;
    this.#ranges = new RangeIndex(declaration.key.length);
    this.#scan();
    this.#hashAll();
  }

  /** The first element that the key falls into; `unsupported` where there is none, but some that cannot be read. */
  find(key: readonly Scalar[]): Element | 'absent' | 'unsupported' {
    const exact = this.#findExact(key);
    const at = this.#ranges.find(key, exact) ?? exact ?? this.#anything;
    if (at === undefined) return this.#hasUnsupported ? 'unsupported' : 'absent';
    return this.#read(at) ?? 'unsupported';
  }

  /** All elements; those that cannot be read are `undefined`. */
  *all(): Iterable<Element | undefined> {
    for (let at = 0; at < this.#starts.length; at += 1) yield this.#read(at);
  }

  #scan(): void {
    const scanner = new KeyScanner(this.#source, this.#declaration.key);
    const cursor = new ElementCursor(this.#source);
    while (cursor.next()) {
      const isExact = scanner.scan(cursor.start);
      this.#starts.push(cursor.start);
      this.#ends.push(cursor.end);
      this.#hashes.push(isExact ? scanner.hash | 1 : 0);
      if (!isExact) this.#addRange(this.#starts.length - 1);
    }
  }

  #addRange(at: number): void {
    const key = keyOf(this.#text(at));
    const patterns = readElement(key, this.#declaration.key, undefined)?.key;
    if (patterns === undefined) this.#hasUnsupported = true;
    else if (key === '*') this.#anything = at;
    else this.#ranges.add(patterns, at);
  }

  /** A table of open addresses: the slot of a key's number, or one of those after it. */
  #hashAll(): void {
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * this.#hashes.length + 2)));
    for (const [at, hash] of this.#hashes.entries()) {
      if (hash === 0) continue;
      let slot = hash & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = at + 1;
    }
  }

  #findExact(key: readonly Scalar[]): number | undefined {
    if (key.length !== this.#declaration.key.length) return undefined;
    const hash = hashKey(key, this.#declaration.key) | 1;
    for (let slot = hash; ; slot += 1) {
      const at = (this.#slots[slot & (this.#slots.length - 1)] ?? 0) - 1;
      if (at === -1) return undefined;
      if (this.#hashes[at] === hash && this.#hasKey(at, key)) return at;
    }
  }

  #hasKey(at: number, key: readonly Scalar[]): boolean {
    const known =
      this.#elements.get(at) ?? readElement(keyOf(this.#text(at)), this.#declaration.key, undefined);
    return known?.key.every((pattern, part) => pattern === key[part]) === true;
  }

  #read(at: number): Element | undefined {
    const known = this.#elements.get(at);
    if (known !== undefined) return known;
    const element = readElement(this.#text(at), this.#declaration.key, this.#declaration.data);
    if (element !== undefined) this.#elements.set(at, element);
    return element;
  }

  #text(at: number): string {
    return this.#source.slice(this.#starts[at], this.#ends[at]).trimEnd();
  }
}
