import type { ServicePortName, ServicePortPlan } from '../../plan/service-plan.ts';
import type { ArrangedPort, PortSlots } from '../content/service-content.ts';
import type { Shape } from '../content/shapes.ts';
import { arrangeSlots } from '../content/slots.ts';
import type { ChainName, SharedSet } from '../names.ts';
import type { Key } from '../table/table.ts';
import type { Transaction } from '../table/transaction.ts';
import { KeptContent } from './kept-content.ts';
import { Leftovers } from './leftovers.ts';

/**
 * What is known of the table without reading it: which endpoint has which slot, how many Services use what they share,
 * and what is left over.
 */
export class TableBook {
  readonly leftovers = new Leftovers();
  #kept = KeptContent.nothing();
  /** Only of ports whose slots are not those that their endpoints would have at first. */
  readonly #slots = new Map<ServicePortName, PortSlots>();
  readonly #shapes = new Map<ChainName, number>();
  readonly #shared: Readonly<Record<SharedSet, Map<Key, number>>> = {
    'cluster-ips': new Map(),
    hairpin: new Map(),
  };

  /** The chains that are not the skeleton's, each with a hash of its rules (see `chainHash`). */
  readonly chains = new Map<ChainName, number>();

  /** What stands besides, and stays. */
  get kept(): KeptContent {
    return this.#kept;
  }

  keep(kept: KeptContent): void {
    this.#kept = kept;
    for (const [name, hash] of kept.chains()) this.chains.set(name, hash);
  }

  /** The transaction that removes what was left over before that time. */
  tidy(time: number): Transaction {
    const transaction = this.leftovers.takeOlderThan(time);
    for (const step of transaction) if (step.kind === 'delete-chain') this.chains.delete(step.name);
    return transaction;
  }

  /** The port with the slots that it has. */
  arranged(plan: ServicePortPlan): ArrangedPort {
    return { plan, slots: this.#slots.get(plan.name) ?? firstSlots(plan) };
  }

  /** Gives the port's endpoints their slots, as few of them new as can be. */
  arrange(plan: ServicePortPlan, before: PortSlots | undefined): ArrangedPort {
    const { cluster, local } = plan.endpoints;
    const slots =
      before === undefined || plan.affinityTimeoutSeconds !== undefined
        ? firstSlots(plan)
        : {
            cluster: arrangeSlots(plan.balance, before.cluster, cluster),
            local: arrangeSlots(plan.balance, before.local, local),
          };
    if (slots.cluster === cluster && slots.local === local) this.#slots.delete(plan.name);
    else this.#slots.set(plan.name, slots);
    return { plan, slots };
  }

  forget(plan: ServicePortPlan): void {
    this.#slots.delete(plan.name);
  }

  /** Counts one more use of the shape and, where it is the first, of those that it leads to; returns all first used. */
  use(shape: Shape): readonly Shape[] {
    const uses = this.#shapes.get(shape.name) ?? 0;
    this.#shapes.set(shape.name, uses + 1);
    return uses > 0 ? [] : [...shape.uses.flatMap((used) => this.use(used)), shape];
  }

  /** Takes one use back; returns all that nobody uses any more. */
  release(shape: Shape): readonly Shape[] {
    const uses = (this.#shapes.get(shape.name) ?? 0) - 1;
    if (uses > 0) {
      this.#shapes.set(shape.name, uses);
      return [];
    }
    this.#shapes.delete(shape.name);
    return [shape, ...shape.uses.flatMap((used) => this.release(used))];
  }

  /** Counts one more use of the element; tells whether it is the first. */
  share(set: SharedSet, key: Key): boolean {
    const uses = this.#shared[set].get(key) ?? 0;
    this.#shared[set].set(key, uses + 1);
    return uses === 0;
  }

  /** Takes one use back; tells whether it was the last. */
  unshare(set: SharedSet, key: Key): boolean {
    const uses = (this.#shared[set].get(key) ?? 0) - 1;
    if (uses > 0) this.#shared[set].set(key, uses);
    else this.#shared[set].delete(key);
    return uses <= 0;
  }
}

function firstSlots({ balance, endpoints: { cluster, local } }: ServicePortPlan): PortSlots {
  return { cluster: arrangeSlots(balance, [], cluster), local: arrangeSlots(balance, [], local) };
}
