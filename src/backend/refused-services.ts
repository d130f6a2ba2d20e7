import type { FamilyPlans, PlanChange } from '../plan/plan-change.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceKey } from '../state/records.ts';
import { hasFailed, ToolError } from './failure.ts';
import { findRefused, type RefusalOf } from './find-refused.ts';

/** What it takes of a backend to find the Services that the kernel does not take. All throw a `ToolError`. */
export interface Kernel {
  /** Whatever the kernel holds, afterwards it holds these plans. */
  bringIntoForce(plans: FamilyPlans): Promise<void>;
  /**
   * Tries these plans alone, and takes nothing away that is in force: with none, the rules that no Service changes.
   * Resolves to the reason where they are refused.
   */
  refusalOf(plans: FamilyPlans): Promise<ToolError | undefined>;
  /** How many Services `refusalOf` is to try together at most. */
  readonly largestTry: number;
}

/** Milliseconds from a Service's refusal until a full sync tries it again, doubled at each further one. */
const firstPause = 30_000;
const lastPause = 600_000;

/** So many are tried again in one sync; the rest wait for another. */
const mostRetried = 64;

/**
 * The Services of one family that the kernel does not take: they are left out, and everything else is in force. Each is
 * tried again when it changes, and by the first full sync after its pause, and the others are not looked for anew.
 */
export class RefusedServices {
  readonly #clock: () => number;
  readonly #problems = new Map<ServiceKey, Problem>();
  readonly #pauses = new Map<ServiceKey, { readonly length: number; readonly until: number }>();
  #bareTableIsRefused = false;

  /** `clock` gives milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Each with the kernel's reason: the same object as long as the reason is the same. */
  get problems(): ReadonlyMap<ServiceKey, Problem> {
    return this.#problems;
  }

  /** Milliseconds until a full sync tries one again; `undefined` where none is refused. */
  get retryDelay(): number | undefined {
    const times = [...this.#pauses.values()].map(({ until }) => until);
    return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - this.#clock());
  }

  /** The plans of all others. */
  accepted(plans: FamilyPlans): FamilyPlans {
    if (this.#problems.size === 0) return plans;
    return new Map([...plans].filter(([service]) => !this.#problems.has(service)));
  }

  /**
   * Brings the plans into force but for those of Services that are refused. Throws a `ToolError` where that fails: no
   * Service is held to be refused for what is nobody's fault, or may pass.
   */
  async bringIntoForce(plans: FamilyPlans, kernel: Kernel): Promise<void> {
    for (const service of this.#problems.keys()) if (!plans.has(service)) this.#accept(service);
    if (this.#bareTableIsRefused) await this.#requireBareTable(kernel);
    await this.#tryAgain(only(plans, this.#due()), kernel);
    try {
      await kernel.bringIntoForce(this.accepted(plans));
      return;
    } catch (error) {
      if (!hasFailed(error, 'refused')) throw error;
    }
    await this.#requireBareTable(kernel);
    const suspects = this.accepted(plans);
    for await (const [service, refusal] of findRefused(
      [...suspects.keys()],
      trying(suspects, kernel),
      kernel.largestTry,
    ))
      this.#refuse(service, refusal);
    // Where none was found, somebody may have changed the rules between a look and the change.
    await kernel.bringIntoForce(this.accepted(plans));
  }

  /**
   * The changes as they are to what is in force, where refused Services have nothing; those that still are are left
   * out.
   */
  async changesInForce(changes: readonly PlanChange[], kernel: Kernel): Promise<readonly PlanChange[]> {
    const again = changes.filter(({ service }) => this.#problems.has(service));
    if (again.length === 0) return changes;
    for (const { service, after } of again) if (after.length === 0) this.#accept(service);
    await this.#tryAgain(new Map(again.map(({ service, after }) => [service, after])), kernel);
    const retried = new Set(again);
    return changes
      .filter(({ service }) => !this.#problems.has(service))
      .map((change) => (retried.has(change) ? { ...change, before: [] } : change));
  }

  /** Throws where the kernel does not take the rules that no Service changes: then no Service is at fault. */
  async #requireBareTable(kernel: Kernel): Promise<void> {
    const refusal = await kernel.refusalOf(new Map());
    this.#bareTableIsRefused = refusal !== undefined;
    if (refusal === undefined) return;
    const message = `the rules that all Services share are refused: ${refusal.message}`;
    throw new ToolError('refused', message, { cause: refusal });
  }

  /** Those of them that are taken now are refused no more. */
  async #tryAgain(plans: FamilyPlans, kernel: Kernel): Promise<void> {
    const services = [...plans.keys()].filter((service) => this.#problems.has(service));
    const taken = new Set(services);
    for await (const [service, refusal] of findRefused(services, trying(plans, kernel), kernel.largestTry)) {
      this.#refuse(service, refusal);
      taken.delete(service);
    }
    for (const service of taken) this.#accept(service);
  }

  #due(): readonly ServiceKey[] {
    const now = this.#clock();
    const due = [...this.#pauses].filter(([, { until }]) => until <= now);
    for (const [service, { length }] of due.slice(mostRetried))
      this.#pauses.set(service, { length, until: now + firstPause });
    return due.slice(0, mostRetried).map(([service]) => service);
  }

  #refuse(service: ServiceKey, { message }: ToolError): void {
    const reason = `left out: ${message}`;
    if (this.#problems.get(service)?.reason !== reason)
      this.#problems.set(service, { object: `Service ${service}`, reason });
    const before = this.#pauses.get(service)?.length;
    const length = before === undefined ? firstPause : Math.min(before * 2, lastPause);
    this.#pauses.set(service, { length, until: this.#clock() + length });
  }

  #accept(service: ServiceKey): void {
    this.#problems.delete(service);
    this.#pauses.delete(service);
  }
}

function trying(plans: FamilyPlans, kernel: Kernel): RefusalOf {
  return (services) => kernel.refusalOf(only(plans, services));
}

function only(plans: FamilyPlans, services: readonly ServiceKey[]): FamilyPlans {
  return new Map(services.map((service) => [service, plans.get(service) ?? []]));
}
