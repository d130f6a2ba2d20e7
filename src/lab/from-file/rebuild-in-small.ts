import type { Problem } from '../../state/problem.ts';
import { podTemplate } from '../api/kinds/pod.ts';
import { type ApiObject, isObject } from '../api/store/api-object.ts';
import { chooseNodes } from './choose-nodes.ts';
import { clean } from './clean.ts';
import type { Dump, Found } from './found.ts';
import { type FoundNetwork, networkOf } from './network-of.ts';
import { rebuildPods } from './rebuild-pods.ts';
import { rebuildServices } from './rebuild-services.ts';
import { rebuildSlices, type Selectable } from './rebuild-slices.ts';
import { rebuildWorkloads } from './rebuild-workloads.ts';
import { sortObjects } from './sort-objects.ts';

export interface Limits {
  /** Pods of one workload, at most. */
  readonly podsOfWorkload: number;
  readonly nodes: number;
}

export interface Rebuilt {
  /** In the order in which they are to be created: Namespaces and Nodes before what is in and on them. */
  readonly objects: readonly ApiObject[];
  /** What the cluster's addresses need; empty where the file has no ClusterIP. */
  readonly network: FoundNetwork;
  /** What was left out or changed, and why. */
  readonly problems: readonly Problem[];
}

/**
 * Objects for a lab, made of manifests or of what `kubectl get -o yaml` gave of a cluster: without what belongs to the other
 * cluster alone (status, versions, owners that are absent), and no more of them than the limits allow.
 */
export function rebuildInSmall(found: readonly Found[], limits: Limits): Rebuilt {
  const { dump, problems } = sortObjects(found);
  const network = networkOf(dump);
  const nodes = chooseNodes(dump, limits.nodes);
  const configMaps = { objects: dump.list('ConfigMap').filter(isOwn).map(clean), problems: [] };
  const services = rebuildServices(dump, Object.values(network.serviceCIDRs));
  const workloads = rebuildWorkloads(dump, limits.podsOfWorkload);
  const pods = rebuildPods(dump, limits.podsOfWorkload, nodes.names);
  const known = [...workloads.objects, ...pods.objects].map(selectable);
  const slices = rebuildSlices(dump, known, limits.podsOfWorkload, nodes.names);
  const steps = [nodes, configMaps, services, workloads, pods, slices];
  const objects = steps.flatMap((step) => step.objects);
  return {
    objects: [...namespaces(dump, objects), ...objects],
    network,
    problems: [...problems, ...steps.flatMap((step) => step.problems)],
  };
}

/** Every Namespace has this one, made by its controller. */
function isOwn({ metadata }: { readonly metadata: { readonly name: string } }): boolean {
  return metadata.name !== 'kube-root-ca.crt';
}

/** Those in the file, and those that objects are in; a lab has the first two already. */
function namespaces(dump: Dump, objects: readonly ApiObject[]): readonly ApiObject[] {
  const there = ['default', 'kube-system'];
  const named = dump.list('Namespace').filter(({ metadata }) => !there.includes(metadata.name));
  const names = new Set(named.map(({ metadata }) => metadata.name));
  const used = new Set(objects.map(({ metadata }) => (isObject(metadata) ? metadata.namespace : undefined)));
  const others = [...used].filter(
    (name): name is string => typeof name === 'string' && !names.has(name) && !there.includes(name),
  );
  return [
    ...named.map((namespace) => {
      const { spec: _spec, ...own } = clean(namespace);
      return own;
    }),
    ...others.map((name) => ({ kind: 'Namespace', apiVersion: 'v1', metadata: { name } })),
  ];
}

function selectable({ metadata, spec, kind }: ApiObject): Selectable {
  const { namespace, labels } = isObject(metadata) ? metadata : {};
  const template = podTemplate.safeParse(isObject(spec) ? spec.template : undefined).data;
  const own = kind === 'Pod' ? labels : template?.metadata?.labels;
  return {
    namespace: typeof namespace === 'string' ? namespace : undefined,
    labels: isObject(own)
      ? Object.fromEntries(Object.entries(own).map(([key, value]) => [key, String(value)]))
      : {},
  };
}
