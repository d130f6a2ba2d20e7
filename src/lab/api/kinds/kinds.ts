import type { z } from 'zod';
import type { StoredObject } from '../store/api-object.ts';
import { endpointSliceShape } from './endpoint-slice.ts';
import { nodeShape } from './node.ts';
import { configMapShape, eventShape, namespaceShape, serviceCIDRShape } from './others.ts';
import { podShape } from './pod.ts';
import { serviceShape } from './service.ts';
import { daemonSetShape, deploymentShape, replicaSetShape, statefulSetShape } from './workloads.ts';

/** What the server checks the types of, for each kind that it keeps. */
export const shapes = {
  ConfigMap: configMapShape,
  DaemonSet: daemonSetShape,
  Deployment: deploymentShape,
  EndpointSlice: endpointSliceShape,
  Event: eventShape,
  Namespace: namespaceShape,
  Node: nodeShape,
  Pod: podShape,
  ReplicaSet: replicaSetShape,
  Service: serviceShape,
  ServiceCIDR: serviceCIDRShape,
  StatefulSet: statefulSetShape,
} satisfies Record<string, z.ZodType>;

export type Kind = keyof typeof shapes;
/** An object of a kind as the store keeps it. */
export type Stored<K extends Kind> = StoredObject & z.infer<(typeof shapes)[K]>;

export type DaemonSet = Stored<'DaemonSet'>;
export type Deployment = Stored<'Deployment'>;
export type EndpointSlice = Stored<'EndpointSlice'>;
export type Namespace = Stored<'Namespace'>;
export type Node = Stored<'Node'>;
export type Pod = Stored<'Pod'>;
export type ReplicaSet = Stored<'ReplicaSet'>;
export type Service = Stored<'Service'>;
export type ServiceCIDR = Stored<'ServiceCIDR'>;
export type StatefulSet = Stored<'StatefulSet'>;
