import type { PlanChange } from '../plan/plan-change.ts';
import type { ServiceKey } from '../state/records.ts';
import { type FormerFrontend, hasFlows } from './frontends.ts';

/** The scope of a pass over flows: the Services that changed, and the frontends that they had before. */
export class StaleFlowScope {
  readonly services = new Set<ServiceKey>();
  readonly #former = new Map<string, FormerFrontend>();

  get former(): readonly FormerFrontend[] {
    return [...this.#former.values()];
  }

  get isEmpty(): boolean {
    return this.services.size === 0;
  }

  /** Ignores Services without a port whose flows may become stale. */
  add({ service, before, after }: PlanChange): void {
    const former = before.filter(hasFlows);
    if (former.length === 0 && !after.some(hasFlows)) return;
    this.services.add(service);
    for (const { protocol, frontends } of former) {
      for (const frontend of frontends)
        this.#former.set(keyOf({ protocol, frontend }), { protocol, frontend });
    }
  }

  addAll(other: StaleFlowScope): void {
    for (const service of other.services) this.services.add(service);
    for (const former of other.former) this.#former.set(keyOf(former), former);
  }

  /** Adds all of another scope and empties it. */
  moveFrom(other: StaleFlowScope): void {
    this.addAll(other);
    other.services.clear();
    other.#former.clear();
  }
}

function keyOf({ protocol, frontend }: FormerFrontend): string {
  const address = frontend.kind === 'NodePort' ? 'node' : frontend.address;
  return `${address} ${protocol} ${frontend.port}`;
}
