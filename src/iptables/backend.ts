import type { Backend } from '../backend/backend.ts';
import type { Family } from '../net/family.ts';
import type { FamilyPlans, PlanChange } from '../plan/plan-change.ts';
import type { ServicePortPlan } from '../plan/service-plan.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceKey } from '../state/records.ts';
import {
  acceptedPlans,
  changesInForce,
  findRefused,
  type RefusedServices,
} from '../sync/refused-services.ts';
import { type DesiredRules, desiredRules, type RuleFiles } from './desired-rules.ts';
import { fullTransaction, isEmptyTransaction } from './full-transaction.ts';
import type { IptablesOptions } from './iptables-options.ts';
import { partialTransaction } from './partial-transaction.ts';
import { restoreInputs, serviceInput } from './restore-input.ts';
import { RestoreError, type RuleTool } from './rule-tool.ts';
import { readLiveRules } from './saved-rules.ts';
import { serviceChains } from './service-chains.ts';
import type { ServiceWrite, Transaction } from './transaction.ts';

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
  #refused = new Map<ServiceKey, Problem>();

  constructor(family: Family, tool: RuleTool, files: RuleFiles, optionsFor: OptionsFor) {
    this.family = family;
    this.#tool = tool;
    this.#files = files;
    this.#optionsFor = optionsFor;
  }

  get refused(): RefusedServices {
    return this.#refused;
  }

  /**
   * Reads the rules in force and changes what differs from the plans.
   * Services that the kernel refuses are found and left out. Throws a `RestoreError` when nothing can be applied.
   */
  async syncAll(plans: FamilyPlans): Promise<void> {
    const options = await this.#optionsFor(plans);
    this.#options = options;
    this.#refused = new Map();
    try {
      await this.#makeEqual(plans, options);
    } catch (error) {
      if (!(error instanceof RestoreError) || error.failure !== 'refused') throw error;
      this.#refused = await this.#findRefused(plans, options);
      if (this.#refused.size === 0) throw error;
      await this.#makeEqual(plans, options);
    }
  }

  /**
   * Changes the rules of these Services only, after a `syncAll`. Throws a `RestoreError` after which `syncAll`
   * must follow, since parts of the change may be in force.
   */
  async syncChanges(changes: readonly PlanChange[]): Promise<void> {
    if (this.#options === undefined) throw new Error('syncChanges before the first syncAll');
    const inForce = changesInForce(changes, this.#refused);
    for (const { service } of changes) this.#refused.delete(service);
    const transaction = partialTransaction(inForce, this.#options);
    if (!isEmptyTransaction(transaction)) await this.#apply(transaction);
  }

  async tidy(): Promise<void> {}

  /** Whether the rules in force are those of the plans; reads everything. */
  async isInForce(plans: FamilyPlans): Promise<boolean> {
    const options = await this.#optionsFor(plans);
    return isEmptyTransaction(
      fullTransaction(await readLiveRules(this.#tool.save()), this.#desired(plans, options)),
    );
  }

  async #makeEqual(plans: FamilyPlans, options: IptablesOptions): Promise<void> {
    const transaction = fullTransaction(
      await readLiveRules(this.#tool.save()),
      this.#desired(plans, options),
    );
    if (!isEmptyTransaction(transaction)) await this.#apply(transaction);
  }

  async #apply(transaction: Transaction): Promise<void> {
    for (const input of restoreInputs(transaction, this.#tool.batchSize)) await this.#tool.restore(input);
  }

  #desired(plans: FamilyPlans, options: IptablesOptions): DesiredRules {
    return desiredRules(this.#files, acceptedPlans(plans, this.#refused), options);
  }

  /** Each try writes the Services' chains, which nothing leads to. */
  #findRefused(plans: FamilyPlans, options: IptablesOptions): Promise<Map<ServiceKey, Problem>> {
    const { shared } = this.#desired(plans, options);
    return findRefused([...plans.keys()], async (services) => {
      const writes = services.map((service) => serviceWrite(service, plans.get(service) ?? [], options));
      try {
        await this.#tool.restore(serviceInput(shared, writes));
        return undefined;
      } catch (error) {
        if (error instanceof RestoreError && error.failure === 'refused') return error;
        throw error;
      }
    });
  }
}

function serviceWrite(
  service: ServiceKey,
  ports: readonly ServicePortPlan[],
  options: IptablesOptions,
): ServiceWrite {
  return { service, chains: ports.flatMap((plan) => [...serviceChains(plan, options)]) };
}
