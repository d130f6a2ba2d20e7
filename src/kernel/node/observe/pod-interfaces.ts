import { z } from 'zod';
import { runTool } from '../../run-tool.ts';
import { Unobservable } from '../../unobservable.ts';
import type { Interface, PodInterface, PodInterfaces } from '../machine.ts';
import { observeLinksOf } from './links.ts';
import { listByIp } from './list-by-ip.ts';

/**
 * The other ends of this namespace's veth devices, as far as their namespaces can be entered: those of a process that
 * is seen from here, and those with a name below /run/netns.
 */
export async function observePods(links: readonly Interface[]): Promise<PodInterfaces> {
  const sought = links.filter(({ kind, linkNamespace }) => kind === 'veth' && linkNamespace !== undefined);
  if (sought.length === 0) return { interfaces: [], hidden: undefined };
  const files = await namespaceFiles();
  const groups = Map.groupBy(sought, ({ linkNamespace }) => linkNamespace);
  const found = await Promise.all(
    [...groups].map(async ([number, hosts]) => {
      const file = number === undefined ? undefined : files.get(number);
      return file === undefined ? [] : endsIn(file, hosts);
    }),
  );
  const interfaces = found.flat();
  const missing = sought.length - interfaces.length;
  return { interfaces, hidden: missing === 0 ? undefined : hiddenEnds(missing, sought.length) };
}

function hiddenEnds(missing: number, all: number): string {
  return `the pod's end of ${missing} of ${all} veth devices is not visible from here (that takes root, and the node's processes or /run/netns)`;
}

/** A file for each network namespace that this one has a number for, as it has for those that its veth devices lead to. */
async function namespaceFiles(): Promise<ReadonlyMap<number, string>> {
  const [named, ofProcesses] = await Promise.all([namedNamespaces(), namespacesOfProcesses()]);
  return new Map([...named, ...ofProcesses]);
}

async function namedNamespaces(): Promise<readonly (readonly [number, string])[]> {
  const entry = z.object({ nsid: z.number(), name: z.string().optional() });
  const entries = await listByIp(entry, 'ip', ['-j', 'netns', 'list-id']).catch(nothingWhereUnseen);
  return entries.flatMap(({ nsid, name }) =>
    name === undefined ? [] : [[nsid, `/run/netns/${name}`] as const],
  );
}

async function namespacesOfProcesses(): Promise<readonly (readonly [number, string])[]> {
  const args = ['--json', '--type', 'net', '--output', 'PID,NETNSID'];
  const { stdout } = await runTool('lsns', args).catch(() => ({ stdout: '' }));
  const parsed = lsnsOutput.safeParse(stdout.startsWith('{') ? JSON.parse(stdout) : {});
  const namespaces = parsed.success ? parsed.data.namespaces : [];
  return namespaces.flatMap(({ pid, netnsid }) =>
    /^\d+$/.test(netnsid) ? [[Number(netnsid), `/proc/${pid}/ns/net`] as const] : [],
  );
}

/** `unassigned` for namespaces that this one has no number for. */
const lsnsOutput = z.object({
  namespaces: z.array(z.object({ pid: z.number(), netnsid: z.string().default('') })),
});

async function endsIn(namespace: string, hosts: readonly Interface[]): Promise<readonly PodInterface[]> {
  const links = await observeLinksOf(namespace).catch(nothingWhereUnseen);
  return links.flatMap(({ name, index, kind, mtu, mac, addresses }) => {
    const host = hosts.find(({ linkIndex }) => linkIndex === index);
    if (host === undefined || kind !== 'veth') return [];
    const global = addresses.filter(({ scope }) => scope === 'global').map(({ address }) => address);
    return [{ host: host.name, name, mtu, mac, addresses: global }];
  });
}

function nothingWhereUnseen(error: unknown): readonly never[] {
  if (error instanceof Unobservable) return [];
  throw error;
}
