import type { Address } from '../../../../src/net/address.ts';
import type { Family } from '../../../../src/net/family.ts';
import { briefly } from '../../patience.ts';
import { addresses, ports } from './addresses.ts';
import type { TestNode } from './test-node.ts';

/** How a connection went: `answered`, or the code of the error. */
export type Outcome = 'answered' | string;

export interface Asking {
  /** IPv4 where it is absent. */
  readonly family?: Family;
  /** For who must not be answered; others wait as long as it takes. */
  readonly timeoutMs?: number;
}

/** For who must not be answered. */
export const inVain = { timeoutMs: briefly } as const;

/** The node's first pod asks the Service. */
export function podAsksService(
  { pods: [pod] }: TestNode,
  { family = 'IPv4', ...options }: Asking = {},
): Promise<Outcome> {
  return ask(pod, addresses.pods[0][family], addresses.service[family], ports.service, options);
}

/** The node itself asks the Service, from the address that the kernel would take. */
export function nodeAsksService(
  { node }: TestNode,
  { family = 'IPv4', ...options }: Asking = {},
): Promise<Outcome> {
  return ask(node, addresses.node[family], addresses.service[family], ports.service, options);
}

/** The node itself asks its first pod. */
export function nodeAsksPod(
  { node }: TestNode,
  { family = 'IPv4', ...options }: Asking = {},
): Promise<Outcome> {
  return ask(node, addresses.bridge[family], addresses.pods[0][family], ports.target, options);
}

/** Somebody behind the gateway asks the node port. */
export function clientAsksNodePort(
  { other }: TestNode,
  { family = 'IPv4', ...options }: Asking = {},
): Promise<Outcome> {
  return ask(other, addresses.client[family], addresses.node[family], ports.node, options);
}

/** Those for whom a healthy node works, all of them. */
export async function everybodyAsks(node: TestNode): Promise<Readonly<Record<string, Outcome>>> {
  const outcomes: Record<string, Outcome> = {};
  for (const family of ['IPv4', 'IPv6'] as const) {
    outcomes[`pod to Service, ${family}`] = await podAsksService(node, { family });
    outcomes[`node to Service, ${family}`] = await nodeAsksService(node, { family });
    outcomes[`node to pod, ${family}`] = await nodeAsksPod(node, { family });
    outcomes[`client to node port, ${family}`] = await clientAsksNodePort(node, { family });
  }
  return outcomes;
}

export async function ask(
  from: TestNode['node'],
  source: Address,
  destination: Address,
  port: number,
  options: Pick<Asking, 'timeoutMs'> = {},
): Promise<Outcome> {
  const result = await from.connect({ protocol: 'tcp', source, destination, port, ...options });
  return 'answer' in result ? 'answered' : result.error;
}
