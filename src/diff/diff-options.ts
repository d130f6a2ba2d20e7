import type { IptablesVariant } from '../rules-text/iptables/variants.ts';
import type { SideOptions } from './sides/sides.ts';

export interface DiffOptions extends SideOptions {
  /** Further addresses of the node, for saved rules and objects without a Node. */
  readonly nodeAddresses: readonly string[];
  /** Compares the outcome for traffic instead of the rules. */
  readonly traffic: boolean;
  readonly output: 'text' | 'json';
  readonly variant: IptablesVariant | undefined;
  readonly color: boolean;
}
