import type { IptablesVariant } from '../rules-text/iptables/variants.ts';
import type { SideOptions } from './sides/sides.ts';

export interface DiffOptions extends SideOptions {
  /** The node's addresses, where nothing else tells them. */
  readonly nodeAddresses: readonly string[];
  /** Says what changes for traffic in place of the rules. */
  readonly traffic: boolean;
  readonly output: 'text' | 'json';
  readonly variant: IptablesVariant | undefined;
  readonly color: boolean;
}
