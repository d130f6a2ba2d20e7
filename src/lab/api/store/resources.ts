import type { Kind } from '../kinds/kinds.ts';
import type { ApiObject } from './api-object.ts';
import { coreEvents, type View } from './core-events.ts';

/** A kind of object that the server keeps, and how the real server writes it. */
export interface ServedResource {
  readonly kind: Kind;
  readonly apiVersion: string;
  readonly path: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** Whether `kubectl get all` shows it. */
  readonly inAll: boolean;
  readonly namespaced: boolean;
  /** Whether the server counts `metadata.generation`. */
  readonly generations: boolean;
  /** `status` is written under a path of its own, and nowhere else. */
  readonly statusApart: boolean;
  /** It has `spec.replicas`, and a path of its own for that. */
  readonly scalable: boolean;
  /** Fields that lists may be restricted by, beside name and namespace. */
  readonly selectableFields: readonly string[];
  /** What an object without content looks like, as it stands in bookmarks. */
  readonly empty: ApiObject;
  /** Of a version that is another view of what is kept. */
  readonly view?: View;
}

type Row = Pick<ServedResource, 'apiVersion' | 'path'> & Partial<ServedResource>;

function resource(kind: Kind, row: Row): ServedResource {
  return {
    kind,
    singular: kind.toLowerCase(),
    shortNames: [],
    inAll: false,
    namespaced: true,
    generations: true,
    statusApart: true,
    scalable: false,
    selectableFields: [],
    empty: { spec: {}, status: {} },
    ...row,
  };
}

const core = { apiVersion: 'v1', generations: false };
const references = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const apps = { apiVersion: 'apps/v1', inAll: true };

export const servedResources: Readonly<Record<Kind, ServedResource>> = {
  ConfigMap: resource('ConfigMap', {
    ...core,
    path: '/api/v1/configmaps',
    shortNames: ['cm'],
    statusApart: false,
    empty: {},
  }),
  DaemonSet: resource('DaemonSet', {
    ...apps,
    path: '/apis/apps/v1/daemonsets',
    shortNames: ['ds'],
  }),
  Deployment: resource('Deployment', {
    ...apps,
    path: '/apis/apps/v1/deployments',
    shortNames: ['deploy'],
    scalable: true,
  }),
  EndpointSlice: resource('EndpointSlice', {
    apiVersion: 'discovery.k8s.io/v1',
    path: '/apis/discovery.k8s.io/v1/endpointslices',
    statusApart: false,
    empty: { addressType: '', endpoints: null, ports: null },
  }),
  Event: resource('Event', {
    apiVersion: 'events.k8s.io/v1',
    path: '/apis/events.k8s.io/v1/events',
    shortNames: ['ev'],
    generations: false,
    statusApart: false,
    selectableFields: [
      'reason',
      'type',
      'reportingController',
      ...references.map((field) => `regarding.${field}`),
    ],
    empty: { eventTime: null, regarding: {} },
  }),
  Namespace: resource('Namespace', {
    ...core,
    path: '/api/v1/namespaces',
    shortNames: ['ns'],
    namespaced: false,
    selectableFields: ['status.phase'],
  }),
  Node: resource('Node', {
    ...core,
    path: '/api/v1/nodes',
    shortNames: ['no'],
    namespaced: false,
    selectableFields: ['spec.unschedulable'],
    empty: {
      spec: {},
      status: {
        daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
        nodeInfo: {
          machineID: '',
          systemUUID: '',
          bootID: '',
          kernelVersion: '',
          osImage: '',
          containerRuntimeVersion: '',
          kubeletVersion: '',
          kubeProxyVersion: '',
          operatingSystem: '',
          architecture: '',
        },
      },
    },
  }),
  Pod: resource('Pod', {
    ...core,
    path: '/api/v1/pods',
    shortNames: ['po'],
    inAll: true,
    generations: true,
    selectableFields: ['spec.nodeName', 'spec.restartPolicy', 'status.phase', 'status.podIP'],
    empty: { spec: { containers: null }, status: {} },
  }),
  ReplicaSet: resource('ReplicaSet', {
    ...apps,
    path: '/apis/apps/v1/replicasets',
    shortNames: ['rs'],
    scalable: true,
  }),
  Service: resource('Service', {
    ...core,
    path: '/api/v1/services',
    shortNames: ['svc'],
    inAll: true,
    selectableFields: ['spec.clusterIP', 'spec.type'],
    empty: { spec: {}, status: { loadBalancer: {} } },
  }),
  ServiceCIDR: resource('ServiceCIDR', {
    apiVersion: 'networking.k8s.io/v1',
    path: '/apis/networking.k8s.io/v1/servicecidrs',
    namespaced: false,
  }),
  StatefulSet: resource('StatefulSet', {
    ...apps,
    path: '/apis/apps/v1/statefulsets',
    shortNames: ['sts'],
    scalable: true,
  }),
};

/** Every version of every kind under a path of its own, the preferred one of a kind first. */
export const allResources: readonly ServedResource[] = [
  resource('Event', {
    ...core,
    path: '/api/v1/events',
    shortNames: ['ev'],
    statusApart: false,
    selectableFields: ['reason', 'type', 'source', ...references.map((field) => `involvedObject.${field}`)],
    empty: { involvedObject: {}, reason: '', message: '', source: {} },
    view: coreEvents,
  }),
  ...Object.values(servedResources),
];

/** The kind of an object, in a version that the server has. */
export function resourceOf({ kind, apiVersion }: ApiObject): ServedResource | undefined {
  return allResources.find((served) => served.kind === kind && served.apiVersion === apiVersion);
}

/** `services`, or `endpointslices.discovery.k8s.io`. */
export function groupResource({ path, apiVersion }: ServedResource): { group: string; resource: string } {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return { group, resource: path.slice(path.lastIndexOf('/') + 1) };
}

/** `endpointslices.discovery.k8s.io`, as messages name a kind. */
export function fullName(served: ServedResource): string {
  const { group, resource: plural } = groupResource(served);
  return group === '' ? plural : `${plural}.${group}`;
}
