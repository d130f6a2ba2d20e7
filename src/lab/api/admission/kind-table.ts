import type { Kind } from '../kinds/kinds.ts';
import { endpointSliceRules, namespaceRules, nodeRules, serviceCIDRRules } from './other-rules.ts';
import { allocateService } from './services/allocate-service.ts';
import { completeService } from './services/complete-service.ts';
import type { ServiceNetwork } from './services/service-network.ts';
import { validateService } from './services/validate-service.ts';
import { completePod } from './workloads/complete-pod.ts';
import { validatePod } from './workloads/validate-pod.ts';
import {
  daemonSetRules,
  deploymentRules,
  replicaSetRules,
  statefulSetRules,
} from './workloads/workload-rules.ts';
import type { KindRules } from './written.ts';

export type KindTable = { readonly [K in Kind]: KindRules<K> };

/** The rules of each kind. */
export function kindTable(network: ServiceNetwork): KindTable {
  return {
    ConfigMap: {},
    DaemonSet: daemonSetRules,
    Deployment: deploymentRules,
    EndpointSlice: endpointSliceRules,
    Event: {},
    Namespace: namespaceRules,
    Node: nodeRules,
    Pod: { complete: completePod, validate: validatePod },
    ReplicaSet: replicaSetRules,
    Service: {
      complete: completeService,
      validate: validateService,
      allocate: (object, context) => allocateService(network, object, context),
    },
    ServiceCIDR: serviceCIDRRules,
    StatefulSet: statefulSetRules,
  };
}
