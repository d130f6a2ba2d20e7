import type { Family } from '../net/family.ts';
import type { CommonOptions } from '../sources/open-source.ts';

/** The options of `explain`. Commander has checked what it can; the rest is text that has yet to be parsed. */
export interface ExplainOptions extends CommonOptions {
  readonly from: string;
  readonly to: string;
  /** By default that of the service port, else TCP. */
  readonly protocol: 'tcp' | 'udp' | 'sctp' | undefined;
  /** Which address of a Service; its ClusterIP by default. */
  readonly via: 'clusterip' | 'nodeport' | 'loadbalancer' | 'external' | undefined;
  readonly live: boolean;
  /** Files with saved rules; `-` is standard input. */
  readonly rules: readonly string[];
  readonly nodeAddresses: readonly string[];
  /** Routes of the node, for saved rules: `NETWORK=INTERFACE`. */
  readonly routes: readonly string[];
  readonly inputInterface: string | undefined;
  readonly sourcePort: string | undefined;
  readonly output: 'text' | 'json' | 'svg';
  /** Whether every endpoint and every branch is shown. */
  readonly all: boolean;
  readonly family: Family | undefined;
  readonly color: boolean;
}
