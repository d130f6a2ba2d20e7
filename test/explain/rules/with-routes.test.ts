import { describe, expect, test } from 'vitest';
import { withRoutes } from '../../../src/explain/rules/with-routes.ts';
import { nodeWithAddresses } from '../../../src/trace/node-view.ts';
import { address } from '../../support/records.ts';

const node = nodeWithAddresses([address('192.168.50.10')]);

describe('routes that are named', () => {
  const routed = withRoutes(node, [
    'default=eth0',
    '10.244.0.0/16=flannel.1',
    '10.244.1.0/24=cni0',
    'fd00:10:244::/56=flannel.2',
  ]);

  test.each([
    ['10.244.1.5', 'cni0'],
    ['10.244.2.5', 'flannel.1'],
    ['8.8.8.8', 'eth0'],
    ['fd00:10:244:1::5', 'flannel.2'],
    ['2001:db8::1', 'eth0'],
    ['192.168.50.10', 'lo'],
  ])('lead to %s by %s', (to, expected) => {
    expect(routed.interfaceTo(address(to))).toBe(expected);
  });

  test('leave open what none of them is for', () => {
    expect(withRoutes(node, ['10.244.1.0/24=cni0']).interfaceTo(address('8.8.8.8'))).toBeUndefined();
  });

  test.each([
    '',
    'eth0',
    '10.244.0.0/16',
    '10.244.0.0/16=',
    '10.244.0=eth0',
    '10.244.0.0/16=a b',
    'default=../x',
  ])('must be networks and interfaces: %j is none', (text) => {
    expect(() => withRoutes(node, [text])).toThrow(/^--route ".*": must be NETWORK=INTERFACE/);
  });
});
