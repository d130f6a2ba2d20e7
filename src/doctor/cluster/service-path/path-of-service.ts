import type { ConnectOutcome } from '../../../kernel/live-view.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';
import type { EndpointSliceRecord } from '../../../state/records.ts';
import type { TracedSample } from './traced-sample.ts';

/** A service port, and what happens to packets for it. */
export interface PathOfService {
  readonly plan: ServicePortPlan;
  readonly slices: readonly EndpointSliceRecord[];
  readonly traced: readonly TracedSample[];
  /** Connections from the node, only to the Service of `--service`. */
  readonly connections: readonly ConnectionMade[];
}

export interface ConnectionMade {
  readonly to: 'ClusterIP' | 'endpoint';
  /** `ip:port`. */
  readonly destination: string;
  readonly outcome: ConnectOutcome;
}
