import isEqual from 'lodash/isEqual.js';
import type { Problem } from '../../state/problem.ts';
import type { Written } from '../api/admission/written.ts';
import type { ApiObject } from '../api/store/api-object.ts';
import { clean } from './clean.ts';
import type { Dump, Step } from './found.ts';
import { fewer } from './rebuild-workloads.ts';

const serviceName = 'kubernetes.io/service-name';

/**
 * EndpointSlices that people wrote, as they are; and Deployments in place of the Pods of Services that nothing else in the
 * file selects: as many as the slices have endpoints, with their ports.
 */
export function rebuildSlices(
  dump: Dump,
  templates: readonly Selectable[],
  limit: number,
  nodes: ReadonlySet<string>,
): Step {
  const problems: Problem[] = [];
  const objects: ApiObject[] = [];
  for (const slice of dump.list('EndpointSlice'))
    if (isByHand(dump, slice)) objects.push(rebuildSlice(slice, nodes));
  for (const service of dump.list('Service')) {
    const slices = slicesOf(dump, service);
    const pods = new Set(slices.flatMap(({ endpoints = [] }) => endpoints.map(podName))).size;
    if (!isSelecting(service) || pods === 0 || templates.some((each) => isFor(each, service))) continue;
    objects.push(deploymentFor(service, slices, Math.min(pods, limit)));
    const { name, namespace } = service.metadata;
    if (pods > limit) problems.push(fewer(`Deployment ${namespace}/${name}`, pods, limit));
  }
  return { objects, problems };
}

/** What has Pods with these labels. */
export interface Selectable {
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

type Service = Written<'Service'>;
type Slice = Written<'EndpointSlice'>;

function isSelecting({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0;
}

function isFor({ namespace, labels }: Selectable, { metadata, spec }: Service): boolean {
  return namespace === metadata.namespace && isEqual({ ...labels, ...spec.selector }, labels);
}

function slicesOf(dump: Dump, { metadata }: Service): readonly Slice[] {
  return dump
    .list('EndpointSlice', metadata.namespace)
    .filter((slice) => slice.metadata.labels?.[serviceName] === metadata.name);
}

/** Those of Services with a selector are made anew; those of the API server are the lab's. */
function isByHand(dump: Dump, { metadata }: Slice): boolean {
  const name = metadata.labels?.[serviceName] ?? '';
  const service = dump.get('Service', name, metadata.namespace);
  if (service !== undefined && isSelecting(service)) return false;
  return metadata.namespace !== 'default' || name !== 'kubernetes';
}

/** A Pod has an endpoint in each family. */
function podName({ targetRef, addresses }: NonNullable<Slice['endpoints']>[number]): string {
  return targetRef?.name ?? addresses.join();
}

function rebuildSlice(slice: Slice, nodes: ReadonlySet<string>): ApiObject {
  const endpoints = (slice.endpoints ?? []).map(({ nodeName, targetRef: _pod, ...endpoint }) => ({
    ...endpoint,
    ...(nodeName !== undefined && nodes.has(nodeName) ? { nodeName } : {}),
  }));
  return { ...clean(slice), endpoints };
}

function deploymentFor(service: Service, slices: readonly Slice[], replicas: number): ApiObject {
  const { name, namespace } = service.metadata;
  const labels = service.spec.selector ?? {};
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'server', ports: containerPorts(service, slices) }] },
      },
    },
  };
}

/** With the names by which the Service looks for them. */
function containerPorts({ spec }: Service, slices: readonly Slice[]): readonly ApiObject[] {
  const [slice] = slices;
  return (slice?.ports ?? []).flatMap(({ name = '', port, protocol = 'TCP' }) => {
    if (port === undefined) return [];
    const target = (spec.ports ?? []).find((each) => (each.name ?? '') === name)?.targetPort;
    return [{ containerPort: port, protocol, ...(typeof target === 'string' ? { name: target } : {}) }];
  });
}
