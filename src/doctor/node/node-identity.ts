import type { Interface } from '../../kernel/node/machine.ts';
import { Unobservable } from '../../kernel/unobservable.ts';
import type { Address } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import type { NodeIPs } from '../../plan/node-ips.ts';
import type { Finding } from '../check.ts';
import { type DoctorContext, defineCheck } from '../doctor-check.ts';
import { clusterIPs, familiesInUse, ownAddresses } from './node-facts.ts';

interface Observed {
  readonly nodeName: string;
  readonly own: NodeIPs;
  /** The families of Services. */
  readonly families: readonly Family[];
  readonly interfaces: readonly Interface[];
}

/** Whether this machine is the node that the objects describe. */
export const nodeAddresses = defineCheck<Observed>({
  check: 'node-addresses',
  title: "Node's own addresses",
  observe: async (context) => ({
    nodeName: context.nodeName,
    own: knownAddresses(context),
    families: clusterIPs(context).length > 0 ? familiesInUse(context) : [],
    interfaces: await context.machine.interfaces(),
  }),
  judge: judgeNodeAddresses,
});

function knownAddresses(context: DoctorContext): NodeIPs {
  const own = ownAddresses(context);
  if (Object.keys(own).length === 0)
    throw new Unobservable('neither a Node object nor --bind-address says which they are');
  return own;
}

export function judgeNodeAddresses({ nodeName, own, families, interfaces }: Observed): readonly Finding[] {
  const held = Object.values(own).map((address) => judgeAddress(address, nodeName, interfaces));
  const without = families.filter((family) => own[family] === undefined);
  return [...held, ...without.map((family) => withoutAddress(family, nodeName))];
}

function judgeAddress(address: Address, nodeName: string, interfaces: readonly Interface[]): Finding {
  const holder = interfaces.find(({ addresses }) => addresses.some((own) => own.address === address));
  if (holder === undefined)
    return {
      severity: 'fault',
      looked: `the addresses of ${interfaces.length} interfaces`,
      finding: `${address} of Node ${nodeName} is on no interface here: this is another node or network namespace, or its address has changed`,
      next: 'ip -br address; run on the node itself (in a pod: hostNetwork: true), and see --hostname-override and --bind-address',
    };
  const looked = `${address} on ${holder.name}`;
  if (!holder.up)
    return {
      severity: 'fault',
      looked: `${looked}, which is down`,
      finding: `${holder.name}, the interface of ${address}, is down`,
      next: `ip link set dev ${holder.name} up`,
    };
  return { severity: 'ok', looked, finding: looked };
}

function withoutAddress(family: Family, nodeName: string): Finding {
  return {
    severity: 'warning',
    looked: `Node ${nodeName}, the families of the Services`,
    finding: `Services have ${family} addresses, but Node ${nodeName} has none: node ports of ${family} and health checks do not answer here`,
    next: `give the node an ${family} address (kubelet --node-ip=IPv4,IPv6), or make the Services single-stack`,
  };
}
