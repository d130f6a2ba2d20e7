import { describe, expect, test } from 'vitest';
import { inOrderOfRules } from '../../../../bench/dataplane/nodes/services-by-place.ts';

const services = [1, 2, 3].map((number) => ({
  clusterIP: `10.96.0.${number}`,
  podAddress: `10.128.0.${number}`,
}));

function listing(...addresses: readonly string[]): string {
  const rules = addresses.map(
    (address) => `-A KUBE-SERVICES -d ${address}/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A`,
  );
  const nodePorts = '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS';
  return ['-N KUBE-SERVICES', ...rules, nodePorts, ''].join('\n');
}

describe('the Services of a chain', () => {
  test('stand in the order of its rules', () => {
    const [first, second, third] = services;
    const rules = listing('10.96.0.3', '10.96.0.1', '10.96.0.2');
    expect(inOrderOfRules(rules, services)).toEqual([third, first, second]);
  });

  test.each([
    ['a rule is missing', ['10.96.0.3', '10.96.0.1']],
    ['a Service has two', ['10.96.0.3', '10.96.0.1', '10.96.0.1']],
    ['a rule is for another address', ['10.96.0.3', '10.96.0.1', '10.96.1.1']],
  ])('are not known where %s', (_name, addresses) => {
    expect(() => inOrderOfRules(listing(...addresses), services)).toThrow(/KUBE-SERVICES has/);
  });
});
