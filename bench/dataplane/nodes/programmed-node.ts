import type { MeasuredServices, ServiceAddresses } from '../objects.ts';
import type { Mode } from '../options.ts';
import { createForwarder, type Node, setSysctl } from './forwarder.ts';
import { servicesByPlace } from './services-by-place.ts';

/** A node with a proxy's rules for a cluster. */
export interface ProgrammedNode extends Node {
  readonly measured: MeasuredServices;
}

/** Makes a node whose rules are those that `program` makes in its namespace; throws where a Service is not among them. */
export async function createProgrammedNode(
  mode: Mode,
  services: readonly ServiceAddresses[],
  program: (namespace: string) => Promise<void>,
): Promise<ProgrammedNode> {
  const node = await createForwarder();
  try {
    await program(node.namespace);
    // Ports are used again within seconds: the entry of an ended connection must not be there any more.
    await setSysctl(node.namespace, 'net/netfilter/nf_conntrack_tcp_timeout_time_wait', 1);
    return { ...node, measured: await servicesByPlace(node.namespace, mode, services) };
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}
