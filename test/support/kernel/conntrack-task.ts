import type { Flow, FlowProtocol } from '../../../src/conntrack/flow.ts';
import type { Family } from '../../../src/net/family.ts';

/** What conntrack-agent.ts is asked to do. */
export interface ConntrackTask {
  readonly method: 'netlink' | 'command';
  readonly family: Family;
  readonly protocols: readonly FlowProtocol[];
  /** Arguments of `conntrack -I`, one entry each. */
  readonly entries: readonly (readonly string[])[];
  /** Entries that take the place of all others while the pass looks at the table. */
  readonly replacedBy: readonly (readonly string[])[];
  /** Flows that these answer are to be deleted. */
  readonly staleEndpoints: readonly string[];
}

export interface ConntrackReport {
  readonly deleted: number;
  readonly seen: readonly Flow[];
  /** Lines of `conntrack -L` afterwards. */
  readonly left: readonly string[];
}
