import type { ObjectKind } from '../../../state/records.ts';
import type { ApiObject } from './api-object.ts';

/** A kind of object that the server keeps, and how the real server writes it. */
export interface ServedResource {
  readonly kind: ObjectKind;
  readonly apiVersion: string;
  readonly path: string;
  readonly namespaced: boolean;
  /** Whether the server counts `metadata.generation`. */
  readonly generations: boolean;
  /** What an object without content looks like, as it stands in bookmarks. */
  readonly empty: ApiObject;
}

export const servedResources: Readonly<Record<ObjectKind, ServedResource>> = {
  Service: {
    kind: 'Service',
    apiVersion: 'v1',
    path: '/api/v1/services',
    namespaced: true,
    generations: false,
    empty: { spec: {}, status: { loadBalancer: {} } },
  },
  EndpointSlice: {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    path: '/apis/discovery.k8s.io/v1/endpointslices',
    namespaced: true,
    generations: true,
    empty: { addressType: '', endpoints: null, ports: null },
  },
  Node: {
    kind: 'Node',
    apiVersion: 'v1',
    path: '/api/v1/nodes',
    namespaced: false,
    generations: false,
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
  },
  ServiceCIDR: {
    kind: 'ServiceCIDR',
    apiVersion: 'networking.k8s.io/v1',
    path: '/apis/networking.k8s.io/v1/servicecidrs',
    namespaced: false,
    generations: true,
    empty: { spec: {}, status: {} },
  },
};

export function isServedKind(kind: unknown): kind is ObjectKind {
  return typeof kind === 'string' && Object.hasOwn(servedResources, kind);
}

/** What a path asks for. */
export interface Target {
  readonly resource: ServedResource;
  /** `undefined`: all of them. */
  readonly namespace: string | undefined;
  /** `undefined`: all objects. */
  readonly name: string | undefined;
}

export function targetOf(path: string): Target | undefined {
  const [, base, namespace, plural, name] =
    /^(\/api\/v1|\/apis\/[^/]+\/v1)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  const resource = Object.values(servedResources).find((served) => served.path === `${base}/${plural}`);
  if (resource === undefined) return undefined;
  // A name needs its namespace, and a namespace a kind that is in one.
  if (namespace !== undefined ? !resource.namespaced : resource.namespaced && name !== undefined)
    return undefined;
  return { resource, namespace, name };
}

/** `services`, or `endpointslices.discovery.k8s.io`. */
export function groupResource({ path, apiVersion }: ServedResource): { group: string; resource: string } {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return { group, resource: path.slice(path.lastIndexOf('/') + 1) };
}
