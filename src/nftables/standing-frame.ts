import { readEcho } from '../rules-text/nft/echo.ts';
import { ListingReader } from '../rules-text/nft/listing-reader.ts';
import { type ChainName, tableName } from './names.ts';
import { type NftablesOptions, nftFamily } from './nftables-options.ts';
import { TableReader } from './table/read-table.ts';
import { chainHash, type Rule, type TableFrame, withoutCounts } from './table/table.ts';
import type { TableInMaking } from './update/full-update.ts';

/** A chain as nft words and numbers it. Handles are never given twice, so a rule of the same handle is the same rule. */
interface NumberedChain {
  /** As nft words it, where it was said. */
  hook: string | undefined;
  handles: string[];
}

/**
 * The chains, maps and sets that stood after our last change, as nft lists them. What the first look after a change finds is
 * what later ones are compared with, if it is ours: in the words that we wrote; or, where this version of nft has other words
 * for a rule, with the handles that nft gave to our rules in the very transaction that wrote them. What only stands there
 * again and again may be anybody's.
 */
export class StandingFrame {
  #listing: string | undefined;
  #changes = 0;
  #wantsEcho = false;
  readonly #echoed = new Map<ChainName, NumberedChain>();

  /** Whether transactions that change it are to be echoed: a look found other words than ours. */
  get wantsEcho(): boolean {
    return this.#wantsEcho;
  }

  /** To be called before each transaction of ours that changes it. */
  willChange(): void {
    this.#listing = undefined;
    this.#changes += 1;
  }

  /** Learns the handles of what a transaction of ours has written, from nft's echo of it. */
  learn(echo: string, { family }: Pick<NftablesOptions, 'family'>): void {
    for (const [name, chain] of chainsInEcho(echo, `${nftFamily(family)} ${tableName}`)) {
      const hook = chain.hook ?? this.#echoed.get(name)?.hook;
      this.#echoed.set(name, { ...chain, hook });
    }
  }

  /** Whether the table still has this frame; says nothing against it where it was changed while it was listed. */
  async isIntact(lines: AsyncIterable<string>, table: () => TableInMaking): Promise<boolean> {
    const changes = this.#changes;
    const { listing, frame, numbered } = await readListing(lines);
    if (changes !== this.#changes) return true;
    if (this.#listing !== undefined) return this.#listing === listing;
    const otherwise = hasParts(frame, table()) ? otherwiseWorded(frame, table()) : undefined;
    const isOurs = otherwise?.every((chain) => this.#isWritten(chain, numbered)) === true;
    this.#wantsEcho = otherwise === undefined || otherwise.length > 0;
    if (isOurs) this.#listing = listing;
    return isOurs;
  }

  #isWritten({ name, hasHook }: OtherwiseWorded, numbered: ReadonlyMap<ChainName, NumberedChain>): boolean {
    const [written, found] = [this.#echoed.get(name), numbered.get(name)];
    if (written === undefined || found === undefined) return false;
    const isHookOurs = hasHook || (found.hook !== undefined && found.hook === written.hook);
    return isHookOurs && found.handles.join() === written.handles.join();
  }
}

/** Whether a table has all sets and chains that it should, and no other chain. */
function hasParts({ sets, chains }: TableFrame, { skeleton, book }: TableInMaking): boolean {
  return (
    [...skeleton.sets.keys()].every((name) => sets.has(name)) &&
    [...chains.keys()].every((name) => skeleton.chains.has(name) || book.chains.has(name)) &&
    chains.size === skeleton.chains.size + book.chains.size
  );
}

interface OtherwiseWorded {
  readonly name: ChainName;
  /** Whether its hook has our words; only its rules have others then. */
  readonly hasHook: boolean;
}

/** The chains that do not have our words. */
function otherwiseWorded(
  { chains }: TableFrame,
  { skeleton, book }: TableInMaking,
): readonly OtherwiseWorded[] {
  return [...chains.values()].flatMap((chain) => {
    const { name, hook } = chain;
    const fixed = skeleton.chains.get(name);
    const wanted = fixed === undefined ? book.chains.get(name) : chainHash(fixed);
    return chainHash(chain) === wanted ? [] : [{ name, hasHook: hook === fixed?.hook }];
  });
}

interface Listing {
  /** Without what counters have counted. */
  readonly listing: string;
  readonly frame: TableFrame;
  readonly numbered: ReadonlyMap<ChainName, NumberedChain>;
}

/** Reads what `nft --terse --handle list` prints of the table. */
async function readListing(lines: AsyncIterable<string>): Promise<Listing> {
  const [listing, table] = [new ListingReader(), new TableReader()];
  const listed: string[] = [];
  const numbered = new Map<ChainName, NumberedChain>();
  let chain: NumberedChain | undefined;
  for await (const line of lines) {
    const text = withoutCounts(line as Rule);
    listed.push(text);
    const part = listing.line(text);
    if (part === undefined) continue;
    table.take(part);
    if (part.kind === 'chain') {
      chain = { hook: undefined, handles: [] };
      numbered.set(part.name as ChainName, chain);
    } else if (part.kind === 'hook' && chain !== undefined) chain.hook = part.text;
    else if (part.kind === 'rule' && part.handle !== undefined) chain?.handles.push(part.handle);
  }
  return { listing: listed.join('\n'), frame: table.table, numbered };
}

/** The chains that a transaction has made or written, `add rule ip portolan KUBE-DROP drop # handle 12`. */
function chainsInEcho(echo: string, table: string): ReadonlyMap<ChainName, NumberedChain> {
  const chains = new Map<ChainName, NumberedChain>();
  const chainOf = (name: string) => {
    const chain = chains.get(name as ChainName) ?? { hook: undefined, handles: [] };
    chains.set(name as ChainName, chain);
    return chain;
  };
  for (const added of readEcho(echo)) {
    if (added.table !== table) continue;
    if (added.kind === 'rule') chainOf(added.chain).handles.push(added.handle);
    else chainOf(added.chain).hook = added.hook;
  }
  return chains;
}
