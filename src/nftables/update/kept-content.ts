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
import { chainHash, type Data, type Key, type Rule, type Table } from '../table/table.ts';
import { nothingUnclaimed, type Unclaimed } from './unclaimed.ts';

/**
 * What stands in the table and no plan claims, and stays with all that it leads to, since not all objects are known: it may be
 * of Services or endpoints that are not. Of a frontend that is known with its endpoints nothing stays.
 */
export class KeptContent {
  readonly #content: Unclaimed;
  /** What the verdict of an element leads to, chain after chain. Only chains that Services share are claimed by plans, too. */
  readonly #ledTo: (verdict: Data) => ReadonlySet<ChainName>;
  #inUse: ReadonlySet<ChainName> = new Set();

  private constructor(ledTo: (verdict: Data) => ReadonlySet<ChainName>) {
    this.#content = nothingUnclaimed();
    this.#ledTo = ledTo;
  }

  static nothing(): KeptContent {
    return new KeptContent(() => new Set());
  }

  /** Takes what stays out of what no plan claims: at most what was kept before, or else everything. */
  static of(unclaimed: Unclaimed, { live, before, claimed }: KeptFrom): KeptContent {
    const kept = new KeptContent(followed(live.chains));
    const stays = (set: FixedSet, key: Key) => before === 'everything' || before.holds(set, key);
    for (const set of dispatchSets) {
      for (const [key, data] of unclaimed.elements[set]) {
        if (stays(set, key) && !kept.#isClaimed(key, data, claimed)) move(unclaimed, kept.#content, set, key);
      }
    }
    for (const key of kept.#frontends()) moveSlots(unclaimed, kept.#content, key);
    // Nobody knows whose these are, which several Services may have.
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

  /** How many frontends it has. */
  get frontends(): number {
    return new Set(this.#frontends()).size;
  }

  *elements(): Iterable<{ readonly set: FixedSet; readonly key: Key; readonly data: Data }> {
    for (const set of fixedSets)
      for (const [key, data] of this.#content.elements[set]) yield { set, key, data };
  }

  /** The chains with a hash of their rules (see `chainHash`). */
  *chains(): Iterable<readonly [ChainName, number]> {
    for (const [name, rules] of this.#content.chains) yield [name, chainHash({ hook: undefined, rules })];
  }

  /** Gives what plans now claim, and all that only that needs, to what no plan claims. */
  giveUp(claimed: ClaimedContent, unclaimed: Unclaimed): void {
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

  /** What the element holds, where it is kept; a plan claims it now, but for what several may claim. */
  takeElement(set: FixedSet, key: Key): Data | undefined {
    const data = this.#content.elements[set].get(key);
    if (!sharedSets.some((name) => name === set)) this.#content.elements[set].delete(key);
    return data;
  }

  takeChain(name: ChainName): readonly Rule[] | undefined {
    const rules = this.#content.chains.get(name);
    this.#content.chains.delete(name);
    return rules;
  }

  takeClientSet(name: ClientSetName): boolean {
    return this.#content.clientSets.delete(name);
  }

  /** Whether the element stays, though no plan claims it any more. */
  holds(set: FixedSet, key: Key): boolean {
    return this.#content.elements[set].has(key);
  }

  /** Keeps a chain that no plan claims any more, where something kept leads there; tells whether that is so. */
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

/** What makes a Service known. */
export interface ClaimedContent {
  /** Keys of frontends that plans lead to endpoints, or that are gone. */
  readonly frontends: ReadonlySet<Key>;
  /** Chains of their own. */
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

/** Follows a verdict through the chains that stand; the skeleton's are among them, and do no harm. */
function followed(chains: Table['chains']): (verdict: Data) => ReadonlySet<ChainName> {
  const known = new Map<Data, ReadonlySet<ChainName>>();
  return (verdict) => {
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
