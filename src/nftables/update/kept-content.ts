import { chainsIn } from '../../rules-text/nft/scan-rule.ts';
import { slotKey, slotsOfFrontend } from '../content/service-content.ts';
import {
  type ChainName,
  type ClientSetName,
  clientSetName,
  dispatchSets,
  type FixedSet,
  fixedSets,
  sharedSets,
} from '../names.ts';
import { partsOfData } from '../table/element-data.ts';
import { chainHash, type Data, type Key, type Rule, type Table } from '../table/table.ts';
import { nothingUnclaimed, type Unclaimed } from './unclaimed.ts';

/**
 * Content of the table that no plan claims and that is kept, with all that it leads to, while not all objects are
 * known: it may belong to unknown Services or endpoints. Nothing is kept of a frontend whose Service and endpoints are
 * known.
 */
export class KeptContent {
  readonly #content: Unclaimed;
  /** The chains that the verdict of an element leads to. Only chains that Services share are claimed by plans, too. */
  readonly #ledTo: (verdict: Data) => ReadonlySet<ChainName>;
  #inUse: ReadonlySet<ChainName> = new Set();

  private constructor(ledTo: (verdict: Data) => ReadonlySet<ChainName>) {
    this.#content = nothingUnclaimed();
    this.#ledTo = ledTo;
  }

  static nothing(): KeptContent {
    return new KeptContent(() => new Set());
  }

  /** Moves content to keep out of what no plan claims: at most what was kept before, or else everything. */
  static of(unclaimed: Unclaimed, { live, before, claimed }: KeptFrom): KeptContent {
    const kept = new KeptContent(followed(live.chains));
    const stays = (set: FixedSet, key: Key) => before === 'everything' || before.holds(set, key);
    for (const set of dispatchSets) {
      for (const [key, data] of unclaimed.elements[set]) {
        if (stays(set, key) && !kept.#isClaimed(key, data, claimed)) move(unclaimed, kept.#content, set, key);
      }
    }
    for (const key of kept.#frontends()) moveSlots(unclaimed, kept.#content, key);
    // Several Services may share these, and it is not known which.
    for (const set of sharedSets) {
      for (const [key, data] of live.elements.get(set) ?? []) {
        unclaimed.elements[set].delete(key);
        if (stays(set, key)) kept.#content.elements[set].set(key, data);
      }
    }
    kept.#inUse = kept.#findInUse();
    for (const name of kept.#inUse) {
      const rules = unclaimed.chains.get(name);
      if (rules !== undefined) kept.#content.chains.set(name, rules);
      unclaimed.chains.delete(name);
      if (unclaimed.clientSets.delete(clientSetName(name))) kept.#content.clientSets.add(clientSetName(name));
    }
    return kept;
  }

  /** The number of frontends. */
  get frontends(): number {
    return new Set(this.#frontends()).size;
  }

  *elements(): Iterable<{ readonly set: FixedSet; readonly key: Key; readonly data: Data }> {
    for (const set of fixedSets)
      for (const [key, data] of this.#content.elements[set]) yield { set, key, data };
  }

  /** The chains, with a hash of their rules (see `chainHash`). */
  *chains(): Iterable<readonly [ChainName, number]> {
    for (const [name, rules] of this.#content.chains) yield [name, chainHash({ hook: undefined, rules })];
  }

  /** Moves what plans claim now, and all that only that needs, to the unclaimed content. */
  release(claimed: ClaimedContent, unclaimed: Unclaimed): void {
    for (const set of dispatchSets) {
      for (const [key, data] of this.#content.elements[set]) {
        if (!this.#isClaimed(key, data, claimed)) continue;
        move(this.#content, unclaimed, set, key);
        moveSlots(this.#content, unclaimed, key);
      }
    }
    this.#inUse = this.#findInUse();
    for (const [name, rules] of this.#content.chains) {
      if (this.#inUse.has(name)) continue;
      unclaimed.chains.set(name, rules);
      this.#content.chains.delete(name);
    }
    const clientSets = new Set([...this.#inUse].map(clientSetName));
    for (const name of this.#content.clientSets) {
      if (clientSets.has(name)) continue;
      unclaimed.clientSets.add(name);
      this.#content.clientSets.delete(name);
    }
  }

  /** The data of a kept element that a plan claims now; shared elements are kept all the same. */
  claimElement(set: FixedSet, key: Key): Data | undefined {
    const data = this.#content.elements[set].get(key);
    if (!sharedSets.some((name) => name === set)) this.#content.elements[set].delete(key);
    return data;
  }

  claimChain(name: ChainName): readonly Rule[] | undefined {
    const rules = this.#content.chains.get(name);
    this.#content.chains.delete(name);
    return rules;
  }

  claimClientSet(name: ClientSetName): boolean {
    return this.#content.clientSets.delete(name);
  }

  /** Whether the element is kept though no plan claims it any more. */
  holds(set: FixedSet, key: Key): boolean {
    return this.#content.elements[set].has(key);
  }

  /** Keeps a chain that no plan claims any more if kept content leads to it; returns whether it does. */
  holdChain(name: ChainName, rules: readonly Rule[]): boolean {
    if (this.#inUse.has(name)) this.#content.chains.set(name, rules);
    return this.#inUse.has(name);
  }

  #frontends(): readonly Key[] {
    return dispatchSets.flatMap((set) => [...this.#content.elements[set].keys()]);
  }

  #isClaimed(key: Key, data: Data, { frontends, chains }: ClaimedContent): boolean {
    return frontends.has(key) || [...this.#ledTo(data)].some((name) => chains.has(name));
  }

  #findInUse(): ReadonlySet<ChainName> {
    const verdicts = new Set(dispatchSets.flatMap((set) => [...this.#content.elements[set].values()]));
    return new Set([...verdicts].flatMap((verdict) => [...this.#ledTo(verdict)]));
  }
}

export interface KeptFrom {
  readonly live: Table;
  readonly before: KeptContent | 'everything';
  readonly claimed: ClaimedContent;
}

/** The parts of plans by which a Service is known. */
export interface ClaimedContent {
  /** Keys of frontends that plans lead to endpoints, or that are deleted. */
  readonly frontends: ReadonlySet<Key>;
  /** The Services' own chains. */
  readonly chains: ReadonlySet<ChainName>;
}

function move(from: Unclaimed, to: Unclaimed, set: FixedSet, key: Key): void {
  const data = from.elements[set].get(key);
  if (data === undefined) return;
  from.elements[set].delete(key);
  to.elements[set].set(key, data);
}

function moveSlots(from: Unclaimed, to: Unclaimed, key: Key): void {
  for (const { map, frontend } of slotsOfFrontend(key)) {
    for (let slot = 0; from.elements[map].has(slotKey(frontend, slot)); slot += 1)
      move(from, to, map, slotKey(frontend, slot));
  }
}

/** Follows a verdict through the existing chains, those of the skeleton included. */
function followed(chains: Table['chains']): (verdict: Data) => ReadonlySet<ChainName> {
  const known = new Map<Data, ReadonlySet<ChainName>>();
  return (data) => {
    const verdict = partsOfData(data).value;
    const found = known.get(verdict);
    if (found !== undefined) return found;
    const led = new Set(chainsOf(verdict));
    for (const name of led)
      for (const next of chainsOf(chains.get(name)?.rules.join('\n') ?? '')) led.add(next);
    known.set(verdict, led);
    return led;
  };
}

function chainsOf(text: string): readonly ChainName[] {
  return chainsIn(text) as readonly ChainName[];
}
