import { allEndpointSlices, allServices, type Resource } from '../../sources/cluster/resources.ts';
import type { ObjectKinds } from '../../state/object-kinds.ts';
import { nameRules } from '../../state/object-names.ts';
import { proxyKinds } from '../../state/reduce-object.ts';
import type { DnsChange } from './records.ts';
import { reduceEndpointSlice } from './reduce-endpoint-slice.ts';
import { reduceService } from './reduce-service.ts';

/** The kinds of objects that names are made of. */
export const dnsKinds: ObjectKinds<DnsChange> = {
  Service: { ...proxyKinds.Service, reduce: reduceService },
  EndpointSlice: { ...proxyKinds.EndpointSlice, reduce: reduceEndpointSlice },
  Namespace: {
    apiVersion: 'v1',
    isNamespaced: false,
    nameRule: nameRules.label,
    reduce: (key) => ({ kind: 'Namespace', key, record: { name: key } }),
  },
};

/** All of them, whoever proxies the Services. */
export const dnsResources: readonly Resource[] = [
  allServices,
  allEndpointSlices,
  {
    kind: 'Namespace',
    apiVersion: 'v1',
    path: '/api/v1/namespaces',
    smallPath: '/api/v1/namespaces',
    selectors: {},
    optional: false,
    // default, kube-system and others are made with the cluster.
    neverEmpty: true,
  },
];
