import { readdir, readFile, readlink } from 'node:fs/promises';
import { parseAddress } from '../../net/address.ts';
import type { ProxyProcess, ProxyTraces, VirtualServer } from '../live-view.ts';

/** Signs of other Service proxies on this machine: processes, IPVS, interfaces, pinned BPF maps. */
export async function proxyTraces(): Promise<ProxyTraces> {
  const [processes, virtualServers, interfaces, bpfMaps] = await Promise.all([
    proxyProcesses(),
    readFile('/proc/net/ip_vs', 'utf8').then(readVirtualServers, () => []),
    readdir('/sys/class/net').catch(() => []),
    readdir('/sys/fs/bpf/tc/globals').catch(() => undefined),
  ]);
  return {
    processes,
    virtualServers,
    interfaces: interfaces.filter((name) => proxyInterface.test(name)),
    bpfMaps: bpfMaps?.filter((name) => /^(cilium|cali)_/.test(name)),
  };
}

const proxyInterface = /^(kube-ipvs0|kube-dummy-if|cilium_.*|bpfin\.cali|bpfout\.cali)$/;
const proxyProcess = /^(kube-proxy|kube-router)$/;

/** Those of this network namespace: on a shared machine others may run for others. */
async function proxyProcesses(): Promise<readonly ProxyProcess[] | undefined> {
  const own = await readlink('/proc/self/ns/net').catch(() => undefined);
  const names = await readdir('/proc').catch(() => undefined);
  if (own === undefined || names === undefined) return undefined;
  const found: ProxyProcess[] = [];
  for (const pid of names.filter((name) => /^\d+$/.test(name))) {
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
    if (!proxyProcess.test(name)) continue;
    if ((await readlink(`/proc/${pid}/ns/net`).catch(() => undefined)) !== own) continue;
    found.push({ pid: Number(pid), name });
  }
  return found;
}

/** Lines such as `TCP  0A600001:01BB rr` of /proc/net/ip_vs; IPv6 in brackets. Addresses are in network order. */
export function readVirtualServers(text: string): readonly VirtualServer[] {
  return text.split('\n').flatMap((line): VirtualServer[] => {
    const [, protocol, ipv4, ipv6, port = ''] =
      /^(TCP|UDP|SCTP)\s+(?:([0-9A-F]{8})|\[([0-9a-f:]+)\]):([0-9A-F]{4})\s/.exec(line) ?? [];
    const address = parseAddress(ipv6 ?? Buffer.from(ipv4 ?? '', 'hex').join('.'));
    if (address === undefined) return [];
    if (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP') return [];
    return [{ protocol, address, port: Number.parseInt(port, 16) }];
  });
}
