import {
  answerQuestion,
  type ClusterAnswer,
  type ClusterZone,
} from '../../../src/dns/answer/answer-question.ts';
import { ClusterIndex } from '../../../src/dns/objects/cluster-index.ts';
import { dnsKinds } from '../../../src/dns/objects/dns-kinds.ts';
import type { Address } from '../../../src/net/address.ts';
import { domainName } from '../../../src/net/dns/domain-name.ts';
import { type RecordTypeName, recordTypes } from '../../../src/net/dns/numbers.ts';
import { reduceTo } from '../../../src/state/reduce-object.ts';
import { endpointSliceObject, serviceObject } from '../apiserver/objects.ts';

export const zone: ClusterZone = {
  domain: domainName('cluster.local'),
  ttl: 5,
  serial: 7,
  ownAddresses: ['10.244.9.9' as Address],
};

export const reduceForDns = reduceTo(dnsKinds);

/** An index of these objects. */
export function indexOf(objects: readonly object[]): ClusterIndex {
  const index = new ClusterIndex();
  for (const object of objects) for (const change of reduceForDns(object).changes) index.apply(change);
  return index;
}

export function headless(name: string, spec: object = {}): object {
  return serviceObject(name, { clusterIP: 'None', spec: { clusterIPs: ['None'], ...spec } });
}

export function externalName(name: string, target: string): object {
  const metadata = { name, namespace: 'default' };
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata,
    spec: { type: 'ExternalName', externalName: target },
  };
}

/** A slice with these endpoints, as the API has them. */
export function slice(service: string, endpoints: readonly object[], fields: object = {}): object {
  return { ...endpointSliceObject(service, []), endpoints, ...fields };
}

/** Answers `name` of class IN. */
export function answer(index: ClusterIndex, name: string, type: RecordTypeName): ClusterAnswer {
  return answerQuestion(index, zone, { name: domainName(name), type: recordTypes[type], class: 1 });
}
