import { type ListedPart, ListingReader } from '../../rules-text/nft/listing-reader.ts';
import { ElementCursor, elementParts } from '../../rules-text/nft/set/element-parts.ts';
import { type ChainName, isClientSet, isSlotMap, type SetName } from '../names.ts';
import { commentedData } from './element-data.ts';
import type { Chain, Data, Key, Rule, SetDeclaration, Table } from './table.ts';

/** One element of a listing. */
export interface ListedElement {
  readonly set: SetName;
  readonly key: Key;
  readonly data: Data;
  /** The value of the element's counter; 0 without a counter. */
  readonly packets: number;
}

/**
 * Reads the listing of `nft list table`, or the skeleton's text, which has the same form. Elements that packets added
 * (see `isClientSet`) are left out.
 */
export class TableReader {
  readonly #listing = new ListingReader();
  readonly #sets = new Map<SetName, SetDeclaration & { properties: string[] }>();
  readonly #chains = new Map<ChainName, Chain & { hook: string | undefined; rules: Rule[] }>();
  readonly #onElement: (element: ListedElement) => void;
  readonly #elements = new Map<SetName, Map<Key, Data>>();
  #set: (SetDeclaration & { properties: string[] }) | undefined;
  #chain: { rules: Rule[]; hook: string | undefined } | undefined;

  /** Collects elements, or passes them to `onElement`. */
  constructor(onElement?: (element: ListedElement) => void) {
    this.#onElement = onElement ?? ((element) => this.#collect(element));
  }

  /** Reads the next line. */
  line(raw: string): void {
    const part = this.#listing.line(raw);
    if (part !== undefined) this.take(part);
  }

  /** Adds a part of a listing that has been read already. */
  take(part: ListedPart): void {
    switch (part.kind) {
      case 'chain':
        this.#openChain(part.name as ChainName);
        return;
      case 'set':
      case 'map':
        this.#openSet(part.kind, part.name as SetName);
        return;
      case 'hook':
        if (this.#chain !== undefined) this.#chain.hook = part.text.replace(dstnatOutput, withNumber);
        return;
      case 'rule':
        this.#chain?.rules.push(part.text.replace(protocolInRule, withName).replace(...firstBit) as Rule);
        return;
      case 'property':
        if (this.#set !== undefined) this.#set.properties.push(propertyOf(this.#set.name, part.text));
        return;
      case 'elements':
        this.#readElements(part.text);
    }
  }

  get table(): Table {
    return { sets: this.#sets, chains: this.#chains, elements: this.#elements };
  }

  #openChain(name: ChainName): void {
    const chain = { name, hook: undefined, rules: [] };
    this.#chains.set(name, chain);
    this.#chain = chain;
  }

  #openSet(kind: SetDeclaration['kind'], name: SetName): void {
    this.#set = { name, kind, properties: [] };
    this.#sets.set(name, this.#set);
  }

  #readElements(text: string): void {
    const { name } = this.#set ?? {};
    if (name === undefined || isClientSet(name)) return;
    for (const cursor = new ElementCursor(text); cursor.next(); )
      this.#onElement(readElement(name, cursor.text));
  }

  #collect({ set, key, data }: ListedElement): void {
    const elements = this.#elements.get(set);
    if (elements === undefined) this.#elements.set(set, new Map([[key, data]]));
    else elements.set(key, data);
  }
}

/** Reads a whole listing. */
export function readTable(text: string): Table {
  const reader = new TableReader();
  for (const line of text.split('\n')) reader.line(line);
  return reader.table;
}

function readElement(set: SetName, text: string): ListedElement {
  const { key, data = '', packets, comment } = elementParts(text);
  // The numbers in keys of slot maps are ports and slots, the latter perhaps written as marks.
  const named = isSlotMap(set) ? key.replace(markAtEnd, decimal) : key.replace(protocolInKey, withName);
  return { set, key: named as Key, data: commentedData(comment, data as Data), packets };
}

const markAtEnd = /0x[0-9a-f]{8}$/;

function decimal(hexadecimal: string): string {
  return String(Number(hexadecimal));
}

/** nft lists the types of a slot map as the kernel has them: a slot as a mark. We declare it by what the slot is chosen with. */
function propertyOf(set: SetName, text: string): string {
  const [, address, endpoint] = isSlotMap(set) ? (slotMapType.exec(text) ?? []) : [];
  if (endpoint === undefined) return text;
  const ip = endpoint === 'ipv4_addr' ? 'ip' : 'ip6';
  const port = `${set.slice(set.lastIndexOf('-') + 1)} dport`;
  const frontend = address === undefined ? port : `${ip} daddr . ${port}`;
  return `typeof ${frontend} . numgen random mod 65536 : ${ip} daddr . ${port}`;
}

const slotMapType = /^type (?:(ipv[46]_addr) \. )?inet_service \. mark : (ipv[46]_addr) \. inet_service$/;

/** Without /etc/protocols, nft lists protocols by number; it accepts names all the same. */
const protocolNames: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };
const protocolInKey = /(?<=^| \. )(?:6|17|132)(?= \. \d+$)/;
const protocolInRule = /(?<=^meta l4proto )(?:6|17|132)(?= )/;

function withName(number: string): string {
  return protocolNames[number] ?? number;
}

/** nft 1.0 lists a match of the mark's first bit as a prefix. */
const firstBit = ['meta mark & 0x80000000 != 0x00000000', 'meta mark != 0x00000000/1'] as const;

/** nft 1.1 lists priorities of output chains by a name that nft 1.0 accepts for prerouting chains only. */
const dstnatOutput = /(?<= hook output priority )dstnat(?: ([+-]) (\d+))?/;
const dstnat = -100;

function withNumber(_name: string, sign = '+', distance = '0'): string {
  return String(dstnat + Number(sign + distance));
}
