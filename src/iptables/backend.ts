import type { Backend, Look } from '../backend/backend.ts';
import { hasFailed, type ToolError } from '../backend/failure.ts';
import { type Kernel, RefusedServices } from '../backend/refused-services.ts';
import type { Family } from '../net/family.ts';
import type { FamilyPlans, PlanChange } from '../plan/plan-change.ts';
import type { ServicePortPlan } from '../plan/service-plan.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceKey } from '../state/records.ts';
import { type DesiredRules, desiredRules, type RuleFiles } from './desired-rules.ts';
import { dispatchRules } from './dispatch-rules.ts';
import { bareTransaction, fullTransaction, isEmptyTransaction } from './full-transaction.ts';
import type { IptablesOptions } from './iptables-options.ts';
import { partialTransaction } from './partial-transaction.ts';
import { restoreInputs, trialEnd, trialInput } from './restore-input.ts';
import type { RuleTool } from './rule-tool.ts';
import { type LiveRules, readLiveRules } from './saved-rules.ts';
import { serviceChains } from './service-chains.ts';
import type { ServiceWrite, Transaction } from './transaction.ts';
import {
  claim,
  nothingUnclaimed,
  stillUnclaimed,
  type UnclaimedRules,
  unclaimedRules,
} from './unclaimed-rules.ts';

/** The options of the rules as the node and the plans now are. */
export type OptionsFor = (plans: FamilyPlans) => Promise<IptablesOptions>;

/** Keeps the rules of one family in the kernel equal to the plans. */
export class IptablesBackend implements Backend {
  readonly family: Family;
  /** A restore leaves nothing over: the kernel swaps rules as a whole. */
  readonly tidyDelay = undefined;
  /** The tool lists all rules, or none. */
  readonly looks = ['everything'] as const;
  readonly #tool: RuleTool;
  readonly #files: RuleFiles;
  readonly #optionsFor: OptionsFor;
  #options: IptablesOptions | undefined;
  /** What stands besides the plans, and stays; not known before the first sync. */
  #kept: UnclaimedRules | undefined;
  readonly #refused: RefusedServices;

  constructor(
    family: Family,
    tool: RuleTool,
    files: RuleFiles,
    optionsFor: OptionsFor,
    clock: () => number = () => performance.now(),
  ) {
    this.family = family;
    this.#tool = tool;
    this.#files = files;
    this.#optionsFor = optionsFor;
    this.#refused = new RefusedServices(clock);
  }

  /** Services that the kernel does not take; everything else is in force. */
  get refused(): ReadonlyMap<ServiceKey, Problem> {
    return this.#refused.problems;
  }

  get kept(): number {
    return this.#kept?.dispatch.length ?? 0;
  }

  /** Milliseconds until `syncAll` tries a refused Service again; `undefined` where none is refused. */
  get retryDelay(): number | undefined {
    return this.#refused.retryDelay;
  }

  /**
   * Reads the rules in force and changes what differs from the plans.
   * Services that the kernel refuses are found and left out. Throws a `ToolError` when nothing can be applied.
   */
  async syncAll(plans: FamilyPlans, signal?: AbortSignal): Promise<void> {
    const options = await this.#optionsFor(plans);
    this.#options = options;
    await this.#refused.bringIntoForce(plans, this.#kernel(options, signal));
  }

  /**
   * Changes the rules of these Services only, after a `syncAll`. Throws a `ToolError` after which `syncAll`
   * must follow, since parts of the change may be in force.
   */
  async syncChanges(changes: readonly PlanChange[], signal?: AbortSignal): Promise<void> {
    if (this.#options === undefined) throw new Error('syncChanges before the first syncAll');
    const inForce = await this.#refused.changesInForce(changes, this.#kernel(this.#options, signal));
    const { left, ...claimed } = claim(this.#kept ?? nothingUnclaimed, inForce);
    await this.#apply(partialTransaction(inForce, this.#options, claimed), signal);
    this.#kept = left;
  }

  async tidy(): Promise<void> {}

  /** Whether the rules in force are those of the plans; reads everything. */
  async isInForce(plans: FamilyPlans, _look: Look, signal?: AbortSignal): Promise<boolean> {
    const options = await this.#optionsFor(plans);
    const live = await this.#live(signal);
    const desired = this.#desired(this.#refused.accepted(plans), options, live);
    return isEmptyTransaction(fullTransaction(live, desired));
  }

  #kernel(options: IptablesOptions, signal: AbortSignal | undefined): Kernel {
    const { batchSize } = this.#tool;
    return {
      bringIntoForce: async (plans) => {
        const live = await this.#live(signal);
        const desired = this.#desired(plans, options, live);
        await this.#apply(fullTransaction(live, desired), signal);
        this.#kept = desired.kept;
      },
      refusalOf: (plans) => refusalBy(() => this.#try(plans, options, signal)),
      largestTry: batchSize === 'all' ? Number.POSITIVE_INFINITY : batchSize,
    };
  }

  /** Services where nothing leads to them; of none the rest of the rules, as far as it is not in force. */
  async #try(plans: FamilyPlans, options: IptablesOptions, signal: AbortSignal | undefined): Promise<void> {
    const desired = desiredRules(this.#files, new Map(), options);
    if (plans.size === 0) return this.#apply(bareTransaction(await this.#live(signal), desired), signal);
    const writes = [...plans].map(([service, ports]) => serviceWrite(service, ports, options));
    const dispatch = [...plans.values()].flat().flatMap((plan) => dispatchRules(plan, options));
    try {
      await this.#tool.restore(trialInput(desired.shared, writes, dispatch), signal);
    } finally {
      await this.#tool.restore(trialEnd(), signal);
    }
  }

  async #apply(transaction: Transaction, signal: AbortSignal | undefined): Promise<void> {
    if (isEmptyTransaction(transaction)) return;
    for (const input of restoreInputs(transaction, this.#tool.batchSize))
      await this.#tool.restore(input, signal);
  }

  #live(signal: AbortSignal | undefined): Promise<LiveRules> {
    return readLiveRules(this.#tool.save(signal));
  }

  #desired(plans: FamilyPlans, options: IptablesOptions, live: LiveRules): DesiredRules {
    return desiredRules(this.#files, plans, options, this.#keep(plans, options, live));
  }

  /** After the first sync nothing is kept that was not then: it would be of Services that were known. */
  #keep(plans: FamilyPlans, { keepsUnclaimed }: IptablesOptions, live: LiveRules): UnclaimedRules {
    if (!keepsUnclaimed) return nothingUnclaimed;
    const unclaimed = unclaimedRules(live, plans);
    return this.#kept === undefined ? unclaimed : stillUnclaimed(this.#kept, unclaimed);
  }
}

async function refusalBy(attempt: () => Promise<void>): Promise<ToolError | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (hasFailed(error, 'refused')) return error;
    throw error;
  }
}

function serviceWrite(
  service: ServiceKey,
  ports: readonly ServicePortPlan[],
  options: IptablesOptions,
): ServiceWrite {
  return { service, chains: ports.flatMap((plan) => [...serviceChains(plan, options)]) };
}
