import { readEcho } from '../rules-text/nft/echo.ts';
import { ListingReader } from '../rules-text/nft/listing-reader.ts';
import { type ChainName, tableName } from './names.ts';
import { type NftablesOptions, nftFamily } from './nftables-options.ts';
import { TableReader } from './table/read-table.ts';
import { chainHash, type Rule, type TableSchema, withoutCounts } from './table/table.ts';
import type { ManagedTable } from './update/full-update.ts';

/**
 * A chain in nft's wording, with handles. A handle is never reused, so a rule with the same handle is the same rule.
 */
interface NumberedChain {
  /** In nft's wording, if known. */
  hook: string | undefined;
  handles: string[];
}

/**
 * The schema (chains, and declarations of maps and sets) after our last change, as nft lists it. Later looks are
 * compared with the first after a change, provided that this one found our schema: worded as we wrote it, or, where
 * this version of nft words a rule differently, with the handles that nft reported for the transaction that wrote it.
 * Without such a proof, what is found again and again may be anybody's.
 */
export class InstalledSchema {
  #listing: string | undefined;
  #changes = 0;
  #wantsEcho = false;
  readonly #echoed = new Map<ChainName, NumberedChain>();

  /** Whether transactions should be echoed, since a look found another wording than ours. */
  get wantsEcho(): boolean {
    return this.#wantsEcho;
  }

  /** Must be called before each of our transactions. */
  willChange(): void {
    this.#listing = undefined;
    this.#changes += 1;
  }

  /** Learns handles from nft's echo of one of our transactions. */
  learn(echo: string, { family }: Pick<NftablesOptions, 'family'>): void {
    for (const [name, chain] of chainsInEcho(echo, `${nftFamily(family)} ${tableName}`)) {
      const hook = chain.hook ?? this.#echoed.get(name)?.hook;
      this.#echoed.set(name, { ...chain, hook });
    }
  }

  /** Whether the table still has this schema; also true if we changed it while it was being listed. */
  async isIntact(lines: AsyncIterable<string>, table: () => ManagedTable): Promise<boolean> {
    const changes = this.#changes;
    const { listing, schema, numbered } = await readListing(lines);
    if (changes !== this.#changes) return true;
    if (this.#listing !== undefined) return this.#listing === listing;
    const otherwise = hasParts(schema, table()) ? otherwiseWorded(schema, table()) : undefined;
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

/** Whether a table has all its sets and chains, and no other chain. */
function hasParts({ sets, chains }: TableSchema, { skeleton, state }: ManagedTable): boolean {
  return (
    [...skeleton.sets.keys()].every((name) => sets.has(name)) &&
    [...chains.keys()].every((name) => skeleton.chains.has(name) || state.chains.has(name)) &&
    chains.size === skeleton.chains.size + state.chains.size
  );
}

interface OtherwiseWorded {
  readonly name: ChainName;
  /** Whether its hook has our wording, and only rules have another. */
  readonly hasHook: boolean;
}

/** The chains with another wording than ours. */
function otherwiseWorded(
  { chains }: TableSchema,
  { skeleton, state }: ManagedTable,
): readonly OtherwiseWorded[] {
  return [...chains.values()].flatMap((chain) => {
    const { name, hook } = chain;
    const fixed = skeleton.chains.get(name);
    const wanted = fixed === undefined ? state.chains.get(name) : chainHash(fixed);
    return chainHash(chain) === wanted ? [] : [{ name, hasHook: hook === fixed?.hook }];
  });
}

interface Listing {
  /** Without the values of counters. */
  readonly listing: string;
  readonly schema: TableSchema;
  readonly numbered: ReadonlyMap<ChainName, NumberedChain>;
}

/** Reads the listing of `nft --terse --handle list`. */
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
  return { listing: listed.join('\n'), schema: table.table, numbered };
}

/** The chains that a transaction created or wrote: `add rule ip portolan KUBE-DROP drop # handle 12`. */
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
