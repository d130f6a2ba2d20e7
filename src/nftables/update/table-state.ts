import type { ServicePortName, ServicePortPlan } from '../../plan/service-plan.ts';
import type { ArrangedPort, PortSlots } from '../content/service-content.ts';
import type { Shape } from '../content/shapes.ts';
import { arrangeSlots } from '../content/slots.ts';
import type { ChainName, SharedSet } from '../names.ts';
import type { Key } from '../table/table.ts';
import type { Transaction } from '../table/table-transaction.ts';
import { KeptContent } from './kept-content.ts';
import { PendingDeletions } from './pending-deletions.ts';

/**
 * What is known about the table without reading it: the slots of endpoints, the use counts of shared parts, and pending
 * deletions.
 */
export class TableState {
  readonly pendingDeletions = new PendingDeletions();
  #kept = KeptContent.nothing();
  /** Only for ports whose slots differ from those of new endpoints. */
  readonly #slots = new Map<ServicePortName, PortSlots>();
  readonly #shapes = new Map<ChainName, number>();
  readonly #shared: Readonly<Record<SharedSet, Map<Key, number>>> = {
    'cluster-ips': new Map(),
    hairpin: new Map(),
  };

  /** The chains besides the skeleton's, with a hash of their rules (see `chainHash`). */
  readonly chains = new Map<ChainName, number>();

  /** What stands besides, and stays. */
  get kept(): KeptContent {
    return this.#kept;
  }

  keep(kept: KeptContent): void {
    this.#kept = kept;
    for (const [name, hash] of kept.chains()) this.chains.set(name, hash);
  }

  /** The transaction that deletes what has been pending since that time or longer. */
  tidy(time: number): Transaction {
    const transaction = this.pendingDeletions.deleteOlderThan(time);
    for (const step of transaction) if (step.kind === 'delete-chain') this.chains.delete(step.name);
    return transaction;
  }

  /** The port with its present slots. */
  arranged(plan: ServicePortPlan): ArrangedPort {
    return { plan, slots: this.#slots.get(plan.name) ?? firstSlots(plan) };
  }

  /** Assigns slots to the port's endpoints, with as few changes as possible. */
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

  /**
   * Counts a use of the shape, and at the first use also of the shapes that it leads to; returns those that are new.
   */
  use(shape: Shape): readonly Shape[] {
    const uses = this.#shapes.get(shape.name) ?? 0;
    this.#shapes.set(shape.name, uses + 1);
    return uses > 0 ? [] : [...shape.uses.flatMap((used) => this.use(used)), shape];
  }

  /** Counts a use less; returns the shapes that are unused now. */
  release(shape: Shape): readonly Shape[] {
    const uses = (this.#shapes.get(shape.name) ?? 0) - 1;
    if (uses > 0) {
      this.#shapes.set(shape.name, uses);
      return [];
    }
    this.#shapes.delete(shape.name);
    return [shape, ...shape.uses.flatMap((used) => this.release(used))];
  }

  /** Counts a use of the element; returns whether it is the first. */
  share(set: SharedSet, key: Key): boolean {
    const uses = this.#shared[set].get(key) ?? 0;
    this.#shared[set].set(key, uses + 1);
    return uses === 0;
  }

  /** Counts a use less; returns whether it was the last. */
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
