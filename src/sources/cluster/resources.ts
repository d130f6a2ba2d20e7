/** A kind of object that is listed and watched. */
export interface Resource {
  readonly kind: string;
  readonly apiVersion: string;
  readonly path: string;
  /** Where the same selectors find few of them, or none. */
  readonly smallPath: string;
  /** Which of the objects: `labelSelector` and `fieldSelector` of the API. */
  readonly selectors: Readonly<Record<string, string>>;
  /** Servers before Kubernetes 1.33 do not have it, and older roles may not read it; it can be done without. */
  readonly optional: boolean;
  /** Every cluster has some: where a list has none, something is wrong with the list or with the cluster. */
  readonly neverEmpty: boolean;
}

const proxyNameLabel = 'service.kubernetes.io/service-proxy-name';
const headlessLabel = 'service.kubernetes.io/headless';

/** Every cluster has it, and nothing but Leases in it. */
const emptyNamespace = 'kube-node-lease';

/**
 * What a proxy asks for: the Services that are its own to serve and their EndpointSlices, as kube-proxy selects them,
 * its own Node, and the ServiceCIDRs (KEP-1880).
 */
export function resources(nodeName: string, serviceProxyName: string): readonly Resource[] {
  const nobodyElses = `!${headlessLabel},!${proxyNameLabel}`;
  const own = `${proxyNameLabel}=${serviceProxyName}`;
  return [
    {
      ...allServices,
      selectors: { labelSelector: serviceProxyName === '' ? nobodyElses : own },
      neverEmpty: serviceProxyName === '',
    },
    {
      ...allEndpointSlices,
      // Slices that somebody wrote by hand need not carry their Service's labels.
      selectors: { labelSelector: serviceProxyName === '' ? nobodyElses : `!${headlessLabel}` },
    },
    { ...allNodes, selectors: { fieldSelector: `metadata.name=${nodeName}` }, neverEmpty: false },
    {
      kind: 'ServiceCIDR',
      apiVersion: 'networking.k8s.io/v1',
      path: '/apis/networking.k8s.io/v1/servicecidrs',
      smallPath: '/apis/networking.k8s.io/v1/servicecidrs',
      selectors: {},
      optional: true,
      neverEmpty: false,
    },
  ];
}

export const allServices: Resource = {
  kind: 'Service',
  apiVersion: 'v1',
  path: '/api/v1/services',
  smallPath: `/api/v1/namespaces/${emptyNamespace}/services`,
  selectors: {},
  optional: false,
  // The API server itself makes and keeps default/kubernetes.
  neverEmpty: true,
};

export const allEndpointSlices: Resource = {
  kind: 'EndpointSlice',
  apiVersion: 'discovery.k8s.io/v1',
  path: '/apis/discovery.k8s.io/v1/endpointslices',
  smallPath: `/apis/discovery.k8s.io/v1/namespaces/${emptyNamespace}/endpointslices`,
  selectors: {},
  optional: false,
  neverEmpty: false,
};

/** The Nodes of a cluster: that of whoever asks is among them. */
export const allNodes: Resource = {
  kind: 'Node',
  apiVersion: 'v1',
  path: '/api/v1/nodes',
  smallPath: '/api/v1/nodes',
  selectors: {},
  optional: false,
  neverEmpty: true,
};
