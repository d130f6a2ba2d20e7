import { z } from 'zod';
import { parseAddress } from '../../../net/address.ts';
import { parseCidr } from '../../../net/cidr.ts';
import type { Interface, InterfaceAddress } from '../machine.ts';
import { listByIp } from './list-by-ip.ts';

/** The interfaces of this network namespace with their addresses. */
export async function observeLinks(): Promise<readonly Interface[]> {
  return readLinks('ip', ['-d', '-j', 'address', 'show']);
}

/** As `observeLinks`, for the namespace of a file such as /proc/1/ns/net. */
export async function observeLinksOf(namespace: string): Promise<readonly Interface[]> {
  return readLinks('nsenter', [`--net=${namespace}`, 'ip', '-d', '-j', 'address', 'show']);
}

async function readLinks(command: 'ip' | 'nsenter', args: readonly string[]): Promise<readonly Interface[]> {
  const entries = await listByIp(linkEntry, command, args);
  return entries.flatMap((entry) => (entry === undefined ? [] : [interfaceOf(entry)]));
}

/** iproute2 prints empty objects for what it does not show. */
const leftOut = z.object({}).transform(() => undefined);

const addressEntry = z.object({
  local: z.string(),
  /** The other end, where it is point to point. */
  address: z.string().optional(),
  prefixlen: z.number(),
  scope: z.string().default('global'),
});

const namedLink = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.number(),
  address: z.string().optional(),
  link_type: z.string().optional(),
  master: z.string().optional(),
  link: z.string().nullish(),
  link_index: z.number().optional(),
  link_netnsid: z.number().optional(),
  linkinfo: z
    .object({
      info_kind: z.string().optional(),
      info_data: z
        .object({
          nf_call_iptables: z.number().optional(),
          nf_call_ip6tables: z.number().optional(),
          local: z.string().optional(),
          local6: z.string().optional(),
          remote: z.string().optional(),
          remote6: z.string().optional(),
          learning: z.boolean().optional(),
        })
        .optional(),
      info_slave_kind: z.string().optional(),
      info_slave_data: z.object({ hairpin: z.boolean().optional() }).optional(),
    })
    .optional(),
  addr_info: z.array(z.union([addressEntry, leftOut])).default([]),
});

const linkEntry = z.union([namedLink, leftOut]);

type LinkEntry = z.infer<typeof namedLink>;

function interfaceOf(entry: LinkEntry): Interface {
  const {
    info_kind: kind = '',
    info_data: data,
    info_slave_kind: portKind,
    info_slave_data: port,
  } = entry.linkinfo ?? {};
  return {
    name: entry.ifname,
    index: entry.ifindex,
    kind,
    loopback: entry.flags.includes('LOOPBACK'),
    up: entry.flags.includes('UP'),
    promiscuous: entry.flags.includes('PROMISC'),
    mtu: entry.mtu,
    mac: entry.link_type === 'ether' ? entry.address?.toLowerCase() : undefined,
    master: entry.master,
    linkIndex: entry.link_index,
    linkNamespace: entry.link_netnsid,
    link: entry.link ?? undefined,
    addresses: entry.addr_info.flatMap((one) => (one === undefined ? [] : addressOf(one))),
    bridge:
      kind === 'bridge'
        ? { callIptables: data?.nf_call_iptables === 1, callIp6tables: data?.nf_call_ip6tables === 1 }
        : undefined,
    bridgePort: portKind === 'bridge' ? { hairpin: port?.hairpin === true } : undefined,
    tunnel: tunnelKinds.has(kind)
      ? {
          local: specific(data?.local ?? data?.local6),
          remote: specific(data?.remote ?? data?.remote6),
          learning: data?.learning === true,
        }
      : undefined,
  };
}

const tunnelKinds = new Set(['vxlan', 'geneve', 'ipip', 'sit', 'gre', 'gretap', 'ip6tnl', 'wireguard']);

function addressOf({
  local,
  address: peer,
  prefixlen,
  scope,
}: z.infer<typeof addressEntry>): readonly InterfaceAddress[] {
  const address = parseAddress(local);
  const network = parseCidr(`${peer ?? local}/${prefixlen}`);
  return address === undefined || network === undefined ? [] : [{ address, network, scope }];
}

/** `any` and 0.0.0.0 say that there is none. */
function specific(text: string | undefined) {
  return text === undefined || text === '0.0.0.0' || text === '::' ? undefined : parseAddress(text);
}
