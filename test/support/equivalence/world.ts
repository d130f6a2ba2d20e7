import { balances, type ServiceRecord } from '../../../src/state/records.ts';

/** What random Services are made of: few names and addresses, so that changes meet. */
export interface World {
  readonly names: readonly string[];
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  readonly ports: readonly number[];
  readonly nodePorts: readonly number[];
  /** Pods on each node. */
  readonly pods: number;
  /** Of a slice. */
  readonly mostEndpoints: number;
  readonly mostSteps: number;
  readonly balances: readonly ServiceRecord['balance'][];
}

export const ordinary: World = {
  names: ['default/a', 'default/b', 'shop/c', 'shop/d'],
  externalIPs: ['192.0.2.1', '2001:db8:2::1'],
  loadBalancerIPs: ['203.0.113.1', '203.0.113.2', '2001:db8::1'],
  ports: [80, 443],
  nodePorts: [30_001, 30_002, 30_003, 30_004],
  pods: 6,
  mostEndpoints: 4,
  mostSteps: 6,
  balances,
};

/** External addresses that are the node's own or a ClusterIP, and service ports with the numbers of node ports. */
export const crossed: World = {
  ...ordinary,
  names: ['default/a', 'default/b', 'shop/c'],
  externalIPs: ['192.0.2.1', '192.168.50.10', '10.96.0.1', '2001:db8:50::10', 'fd00:96::1'],
  loadBalancerIPs: ['203.0.113.1', '192.168.60.10', '192.0.2.1', '2001:db8:60::10', '2001:db8::1'],
  ports: [80, 30_001],
  nodePorts: [30_001, 30_002],
  pods: 3,
  mostEndpoints: 3,
};

/** Hundreds of endpoints. Maglev would have 16,381 slots for them. */
export const large: World = {
  ...ordinary,
  names: ['default/a', 'default/b'],
  pods: 240,
  mostEndpoints: 200,
  mostSteps: 4,
  balances: ['random', 'random', 'round-robin', 'source-hash'],
};
