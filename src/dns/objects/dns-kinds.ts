import { emptyNamespace, type Resource } from '../../sources/cluster/resources.ts';
import type { ObjectKinds } from '../../state/object-kinds.ts';
import { nameRules } from '../../state/object-names.ts';
import type { DnsChange } from './records.ts';
import { reduceEndpointSlice } from './reduce-endpoint-slice.ts';
import { reduceService } from './reduce-service.ts';

/** The kinds of objects that names are made of. */
export const dnsKinds: ObjectKinds<DnsChange> = {
  Service: { apiVersion: 'v1', isNamespaced: true, nameRule: nameRules.label, reduce: reduceService },
  EndpointSlice: {
    apiVersion: 'discovery.k8s.io/v1',
    isNamespaced: true,
    nameRule: nameRules.subdomain,
    reduce: reduceEndpointSlice,
  },
  Namespace: {
    apiVersion: 'v1',
    isNamespaced: false,
    nameRule: nameRules.label,
    reduce: (key) => ({ kind: 'Namespace', key, record: { name: key } }),
  },
};

/** All of them, whoever proxies the Services. */
export const dnsResources: readonly Resource[] = [
  {
    kind: 'Service',
    apiVersion: 'v1',
    path: '/api/v1/services',
    smallPath: `/api/v1/namespaces/${emptyNamespace}/services`,
    selectors: {},
    optional: false,
    // The API server itself makes and keeps default/kubernetes.
    neverEmpty: true,
  },
  {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    path: '/apis/discovery.k8s.io/v1/endpointslices',
    smallPath: `/apis/discovery.k8s.io/v1/namespaces/${emptyNamespace}/endpointslices`,
    selectors: {},
    optional: false,
    neverEmpty: false,
  },
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
