import { expect, test } from 'vitest';
import { endpointChainName, isServiceChain, serviceChainNames } from '../../src/iptables/chain-names.ts';
import { servicePortName } from '../../src/plan/plan-service.ts';
import { address, serviceKey } from '../support/records.ts';

const name = servicePortName(serviceKey('default/kubernetes'), 'https');

// Every Kubernetes cluster has these two on its nodes.
test('chains have the names that kube-proxy gives them', () => {
  expect(serviceChainNames(name, 'TCP')).toEqual({
    cluster: 'KUBE-SVC-NPX46M4PTMTKRN6Y',
    local: 'KUBE-SVL-NPX46M4PTMTKRN6Y',
    external: 'KUBE-EXT-NPX46M4PTMTKRN6Y',
    firewall: 'KUBE-FW-NPX46M4PTMTKRN6Y',
  });
  const dns = servicePortName(serviceKey('kube-system/kube-dns'), 'dns');
  expect(serviceChainNames(dns, 'UDP').cluster).toBe('KUBE-SVC-TCOU7JCQXEZGVUNU');
});

test('an endpoint has a chain for each service port that it serves', () => {
  const endpoint = { address: address('10.0.0.1'), port: 443 };
  const other = servicePortName(serviceKey('default/other'), 'https');
  expect(endpointChainName(name, 'TCP', endpoint)).toMatch(/^KUBE-SEP-[A-Z2-7]{16}$/);
  expect(endpointChainName(name, 'TCP', endpoint)).not.toBe(endpointChainName(other, 'TCP', endpoint));
  expect(endpointChainName(name, 'TCP', endpoint)).not.toBe(endpointChainName(name, 'UDP', endpoint));
});

test.each([
  ['KUBE-SVC-NPX46M4PTMTKRN6Y', true],
  ['KUBE-FW-NPX46M4PTMTKRN6Y', true],
  ['KUBE-SERVICES', false],
  ['KUBE-FIREWALL', false],
  ['KUBE-ROUTER-FORWARD', false],
  ['CNI-HOSTPORT-DNAT', false],
])('%s belongs to one Service: %s', (chain, own) => expect(isServiceChain(chain)).toBe(own));
