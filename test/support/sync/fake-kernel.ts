import type { Backend, Look } from '../../../src/backend/backend.ts';
import type { Family } from '../../../src/net/family.ts';
import type { FamilyPlans, PlanChange } from '../../../src/plan/plan-change.ts';
import type { Problem } from '../../../src/state/problem.ts';
import type { ServiceKey } from '../../../src/state/records.ts';
import { type Clock, sleep } from '../../../src/sync/clock.ts';

export type Call = 'full' | 'partial' | 'tidy' | Look;

/** How one call goes. */
export interface Course {
  /** Milliseconds; for ever where it is `hangs`. */
  readonly takes?: number | 'hangs';
  /** It does a half of what it should, and fails. */
  readonly fails?: boolean;
}

export interface CallRecord {
  readonly call: Call;
  readonly started: number;
  ended?: number;
  result?: 'done' | 'failed' | 'aborted';
}

const leftoverAge = 1_000;
const refusalPause = 60_000;

/**
 * One family's rules as a model, and a backend for them, which costs time, fails and hangs where the test says so. What is
 * no use of a backend as its contract has it throws here, and is kept in `violations`.
 */
export class FakeKernel implements Backend {
  readonly family: Family;
  readonly looks: readonly Look[];
  readonly refused = new Map<ServiceKey, Problem>();
  readonly kept = 0;
  /** What each Service has in the kernel. */
  readonly rules = new Map<ServiceKey, string>();
  readonly calls: CallRecord[] = [];
  readonly violations: string[] = [];
  /** Says how the next call goes. */
  course: (call: Call) => Course = () => ({});
  /** Services that the kernel does not take. */
  refuses = new Set<string>();
  readonly #clock: Clock;
  #isKnown = false;
  #isBusy = false;
  #leftSince: number | undefined;
  #refusedSince = 0;

  constructor(family: Family, clock: Clock, looks: readonly Look[] = ['schema', 'everything']) {
    this.family = family;
    this.looks = looks;
    this.#clock = clock;
  }

  get retryDelay(): number | undefined {
    if (this.refused.size === 0) return undefined;
    return Math.max(0, this.#refusedSince + refusalPause - this.#clock.now());
  }

  get tidyDelay(): number | undefined {
    if (this.#leftSince === undefined) return undefined;
    return Math.max(0, this.#leftSince + leftoverAge - this.#clock.now());
  }

  syncAll(plans: FamilyPlans, signal?: AbortSignal): Promise<void> {
    const read = new Map(this.rules);
    return this.#during('full', signal, (hasFailed) => {
      this.refused.clear();
      this.#refusedSince = this.#clock.now();
      for (const service of plans.keys()) {
        if (!this.refuses.has(service)) continue;
        this.refused.set(service, { object: `Service ${service}`, reason: 'left out' });
      }
      const wanted = this.#textsOf([...plans].filter(([service]) => !this.refused.has(service)));
      const different = [...new Set([...read.keys(), ...wanted.keys()])].filter(
        (service) => read.get(service) !== wanted.get(service),
      );
      for (const service of hasFailed ? different.slice(different.length / 2) : different) {
        this.#put(service, wanted.get(service));
      }
      this.#leftSince = undefined;
      this.#isKnown = !hasFailed;
    });
  }

  syncChanges(changes: readonly PlanChange[], signal?: AbortSignal): Promise<void> {
    this.#requireKnown('syncChanges');
    if (changes.length === 0) this.#violate('syncChanges without a change');
    return this.#during('partial', signal, (hasFailed) => {
      if (changes.some(({ service }) => this.refuses.has(service))) throw new Error('refused');
      for (const { service, after } of hasFailed ? changes.slice(changes.length / 2) : changes) {
        this.refused.delete(service);
        this.#put(service, after.length === 0 ? undefined : textOf(after));
      }
      this.#leftSince ??= this.#clock.now();
      this.#isKnown = !hasFailed;
    });
  }

  tidy(signal?: AbortSignal): Promise<void> {
    this.#requireKnown('tidy');
    if (this.tidyDelay !== 0) this.#violate('tidy before its time');
    return this.#during('tidy', signal, (hasFailed) => {
      if (!hasFailed) this.#leftSince = undefined;
      this.#isKnown = !hasFailed;
    });
  }

  async isInForce(plans: FamilyPlans, look: Look, signal?: AbortSignal): Promise<boolean> {
    this.#requireKnown('isInForce');
    let isSame = false;
    await this.#during(look, signal, () => {
      const wanted = this.#textsOf([...plans].filter(([service]) => !this.refused.has(service)));
      isSame =
        wanted.size === this.rules.size &&
        [...wanted].every(
          ([service, text]) =>
            this.rules.has(service) && (look === 'schema' || this.rules.get(service) === text),
        );
    });
    return isSame;
  }

  async #during(
    call: Call,
    signal: AbortSignal | undefined,
    end: (hasFailed: boolean) => void,
  ): Promise<void> {
    if (this.#isBusy) this.#violate(`${call} while another operation is under way`);
    this.#isBusy = true;
    const { takes = 0, fails = false } = this.course(call);
    const record: CallRecord = { call, started: this.#clock.now() };
    this.calls.push(record);
    if (call === 'full' || call === 'partial' || call === 'tidy') this.#isKnown = false;
    try {
      await sleep(this.#clock, takes === 'hangs' ? Number.POSITIVE_INFINITY : takes, signal);
      if (signal?.aborted) throw signal.reason;
      end(fails);
      if (fails) throw new Error(`${call} failed`);
      record.result = 'done';
    } catch (error) {
      record.result = signal?.aborted ? 'aborted' : 'failed';
      if (record.result === 'aborted' && (call === 'full' || call === 'partial' || call === 'tidy'))
        this.#isKnown = false;
      throw error;
    } finally {
      record.ended = this.#clock.now();
      this.#isBusy = false;
    }
  }

  #put(service: ServiceKey, text: string | undefined): void {
    if (text === undefined) this.rules.delete(service);
    else this.rules.set(service, text);
  }

  #textsOf(plans: readonly (readonly [ServiceKey, readonly unknown[]])[]): Map<ServiceKey, string> {
    return new Map(plans.map(([service, ports]) => [service, textOf(ports)]));
  }

  #requireKnown(what: string): void {
    if (!this.#isKnown) this.#violate(`${what} where nothing is sure about the rules`);
  }

  #violate(what: string): never {
    this.violations.push(`${this.#clock.now()}: ${what}`);
    throw new Error(what);
  }
}

/** What the model keeps of the plans of a Service. */
export function textOf(ports: readonly unknown[]): string {
  return JSON.stringify(ports);
}
