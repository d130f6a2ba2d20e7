import type { Frontend } from '../../plan/service-plan.ts';
import type { Packet } from '../../trace/packet.ts';
import type { Knowledge, Target } from '../explanation.ts';

/** What the reason for a step depends on besides the step itself. */
export interface ReasonContext {
  readonly packet: Packet;
  /** The node itself sends the packet. */
  readonly isFromNode: boolean;
  readonly knowledge: Knowledge;
  readonly target: Target | undefined;
  /** Why an earlier rule asked for masquerading; `undefined` where none did. */
  readonly markedBecause: string | undefined;
}

/** `ClusterIP of default/web:http`. */
export function targetWords({ service, frontend }: Target): string {
  return `${frontend === undefined ? 'an address' : frontendNames[frontend]} of ${service}`;
}

export const frontendNames: Readonly<Record<Frontend['kind'], string>> = {
  ClusterIP: 'ClusterIP',
  ExternalIP: 'external IP',
  LoadBalancerIP: 'load balancer IP',
  NodePort: 'node port',
};

/** The service port's name, or `the Service` where nothing names it. */
export function serviceName({ target }: ReasonContext): string {
  return target?.service ?? 'the Service';
}
