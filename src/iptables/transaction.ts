import type { ServiceKey } from '../state/records.ts';
import type { ChainName } from './chain-names.ts';
import type { DispatchChain } from './dispatch-rules.ts';
import type { Rule } from './rule-builder.ts';
import type { Chain } from './service-chains.ts';
import type { BaseJump, TableName } from './skeleton.ts';

/** One change of the rules of a family, as a value: it can be printed, tested and applied. */
export interface Transaction {
  /** Chains outside the Services' own that get exactly these rules. */
  readonly shared: readonly SharedChain[];
  /** The chains to write for each Service: created, or emptied and filled again. */
  readonly services: Iterable<ServiceWrite>;
  /** The names of all chains in `services`, without rendering their rules. */
  chainNames(): Iterable<ChainName>;
  /** Rules that come and go in chains that are otherwise left as they are. */
  readonly edits: readonly DispatchEdit[];
  /** Jumps that are missing. */
  readonly jumps: readonly BaseJump[];
  /** Chains of table nat that nothing leads to any more. */
  readonly stale: readonly ChainName[];
}

export interface SharedChain {
  readonly table: TableName;
  readonly chain: ChainName;
  readonly rules: readonly Rule[];
}

export interface ServiceWrite {
  readonly service: ServiceKey;
  readonly chains: readonly Chain[];
}

/** A rule to put in front of a dispatch chain, or to take out of it. */
export interface DispatchEdit {
  readonly action: 'insert' | 'delete';
  readonly chain: DispatchChain;
  readonly rule: Rule;
}
