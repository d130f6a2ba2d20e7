import { type ChainName, isClientSet, isSlotMap, type SetName } from '../names.ts';
import type { Chain, Data, Key, Rule, SetDeclaration, Table } from './table.ts';

/** One element of a listing. */
export interface ListedElement {
  readonly set: SetName;
  readonly key: Key;
  readonly data: Data;
  /** What the element's counter says; 0 where it has none. */
  readonly packets: number;
}

/**
 * Reads what `nft list table` prints, or the skeleton's text, which has the same form.
 * Elements that packets added (see `isClientSet`) are left out.
 */
export class TableReader {
  readonly #sets = new Map<SetName, SetDeclaration & { properties: string[] }>();
  readonly #chains = new Map<ChainName, Chain & { hook: string | undefined; rules: Rule[] }>();
  readonly #onElement: (element: ListedElement) => void;
  readonly #elements = new Map<SetName, Map<Key, Data>>();
  #block: 'none' | 'set' | 'chain' | 'elements' = 'none';
  #set: (SetDeclaration & { properties: string[] }) | undefined;
  #chain: { rules: Rule[]; hook: string | undefined } | undefined;

  /** Elements are collected, or given to `onElement` where it is there. */
  constructor(onElement?: (element: ListedElement) => void) {
    this.#onElement = onElement ?? ((element) => this.#collect(element));
  }

  /** Takes the next line. */
  line(raw: string): void {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('table ')) return;
    if (this.#block === 'elements') this.#readElements(line);
    else if (line === '}') this.#block = 'none';
    else if (this.#block === 'none') this.#open(line);
    else if (this.#block === 'chain') this.#readChainLine(line);
    else this.#readSetLine(line);
  }

  get table(): Table {
    return { sets: this.#sets, chains: this.#chains, elements: this.#elements };
  }

  #open(line: string): void {
    const [kind, name] = line.split(' ');
    if (name === undefined) return;
    if (kind === 'chain') {
      const chain = { name: name as ChainName, hook: undefined, rules: [] };
      this.#chains.set(chain.name, chain);
      this.#chain = chain;
      this.#block = 'chain';
    } else if (kind === 'map' || kind === 'set') {
      this.#set = { name: name as SetName, kind, properties: [] };
      this.#sets.set(this.#set.name, this.#set);
      this.#block = 'set';
    }
  }

  #readChainLine(line: string): void {
    if (this.#chain === undefined || line.startsWith('comment ')) return;
    if (line.startsWith('type ')) this.#chain.hook = line.replace(dstnatOutput, withNumber);
    else this.#chain.rules.push(line.replace(protocolInRule, withName).replace(...firstBit) as Rule);
  }

  #readSetLine(line: string): void {
    const elements = /^elements = \{ (.*)$/.exec(line)?.[1];
    if (elements === undefined) {
      this.#set?.properties.push(line);
      return;
    }
    this.#block = 'elements';
    this.#readElements(elements);
  }

  /** The last line of elements ends with the brace that closes them. */
  #readElements(line: string): void {
    const isLast = line.endsWith('}');
    if (isLast) this.#block = 'set';
    const { name } = this.#set ?? {};
    if (name === undefined || isClientSet(name)) return;
    for (const text of line.replace(/ ?\}$/, '').split(',')) {
      const element = readElement(name, text.trim());
      if (element !== undefined) this.#onElement(element);
    }
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

const separator = ' : ';

/** `key counter packets 1 bytes 60 timeout 3h expires 2h59m : data`, of which only the key must be there. */
function readElement(set: SetName, text: string): ListedElement | undefined {
  const dataAt = text.lastIndexOf(separator);
  const left = dataAt === -1 ? text : text.slice(0, dataAt);
  const end = left.search(/ (?:counter|timeout|expires|comment) /);
  const key = end === -1 ? left : left.slice(0, end);
  if (key === '') return undefined;
  const packets = end === -1 ? undefined : /counter packets (\d+)/.exec(left)?.[1];
  // The numbers in keys of slot maps are ports and slots.
  const named = isSlotMap(set) ? key : key.replace(protocolInKey, withName);
  const data = dataAt === -1 ? '' : text.slice(dataAt + separator.length);
  return { set, key: named as Key, data: data as Data, packets: Number(packets ?? 0) };
}

/** nft lists a protocol by its number where the machine has no /etc/protocols; it takes the name there, too. */
const protocolNames: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };
const protocolInKey = /(?<=^| \. )(?:6|17|132)(?= \. \d+$)/;
const protocolInRule = /(?<=^meta l4proto )(?:6|17|132)(?= )/;

function withName(number: string): string {
  return protocolNames[number] ?? number;
}

/** The first bit of a mark is a network of marks to nft 1.0. */
const firstBit = ['meta mark & 0x80000000 != 0x00000000', 'meta mark != 0x00000000/1'] as const;

/** nft 1.1 lists priorities of output chains by a name that nft 1.0 takes for prerouting chains only. */
const dstnatOutput = /(?<= hook output priority )dstnat(?: ([+-]) (\d+))?/;
const dstnat = -100;

function withNumber(_name: string, sign = '+', distance = '0'): string {
  return String(dstnat + Number(sign + distance));
}
