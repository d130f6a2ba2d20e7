import type { IptablesVariant } from '../rules-text/iptables/variants.ts';
import type { CommonOptions } from '../sources/open-source.ts';

export interface RunOptions extends CommonOptions {
  readonly once: boolean;
  /** Files without a Service are believed: rules that stand are removed. */
  readonly allowEmpty: boolean;
  /** Serve the traffic of Services as metrics. */
  readonly trafficMetrics: boolean;
  readonly variant: IptablesVariant | undefined;
}
