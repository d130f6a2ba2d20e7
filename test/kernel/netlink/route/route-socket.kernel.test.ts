import { execa } from 'execa';
import { test as each, expect } from 'vitest';
import { addAddress, listAddresses, removeAddress } from '../../../../src/kernel/netlink/route/addresses.ts';
import { changeBridgePort } from '../../../../src/kernel/netlink/route/bridge-ports.ts';
import { refusedWith } from '../../../../src/kernel/netlink/route/kernel-error.ts';
import type { NewLink } from '../../../../src/kernel/netlink/route/link-info.ts';
import {
  addLink,
  changeLink,
  findLink,
  type Link,
  listLinks,
  removeLink,
} from '../../../../src/kernel/netlink/route/links.ts';
import {
  listForwardingEntries,
  listNeighbours,
  removeForwardingEntry,
  removeNeighbour,
  setForwardingEntry,
  setNeighbour,
} from '../../../../src/kernel/netlink/route/neighbours.ts';
import { bindRouteSocket, type RouteSocket } from '../../../../src/kernel/netlink/route/route-socket.ts';
import {
  addRoute,
  listRoutes,
  lookUpRoute,
  removeRoute,
  replaceRoute,
} from '../../../../src/kernel/netlink/route/routes.ts';
import { bindNetworkNamespaces } from '../../../../src/kernel/network-namespace.ts';
import type { Address } from '../../../../src/net/address.ts';
import type { Cidr } from '../../../../src/net/cidr.ts';
import type { MacAddress } from '../../../../src/net/mac-address.ts';
import { createNamespaces } from '../../../support/lab/namespaces.ts';
import { labUnavailable } from '../../../support/lab/unavailable.ts';

interface Fixture {
  /** Of a namespace that is new, with nothing but lo. */
  readonly socket: RouteSocket;
  /** What `ip` says there, by its JSON. */
  readonly ip: (...words: readonly string[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The file of a second namespace. */
  readonly other: string;
}

const missing = labUnavailable();
const mac = '0a:58:0a:f4:00:05' as MacAddress;
const address = (text: string) => text as Address;
const network = (text: string) => text as Cidr;

const test = each.extend<Fixture & { readonly namespaces: { here: string; there: string } }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from the pattern
  namespaces: async ({}, use) => {
    await using made = await createNamespaces(['here', 'there']);
    await use({ here: made.nameOf('here'), there: made.nameOf('there') });
  },
  socket: async ({ namespaces }, use) => {
    const [inNamespace, open] = [await bindNetworkNamespaces(), await bindRouteSocket()];
    using socket = inNamespace(`/run/netns/${namespaces.here}`, open);
    await use(socket);
  },
  ip: async ({ namespaces }, use) => {
    await use(async (...words) => {
      const { stdout } = await execa('ip', ['-json', '-details', '-netns', namespaces.here, ...words]);
      return stdout === '' ? [] : JSON.parse(stdout);
    });
  },
  other: ({ namespaces }, use) => use(`/run/netns/${namespaces.there}`),
});

test.skipIf(missing).for<readonly [NewLink, Partial<Link>]>([
  [
    { kind: 'bridge', name: 'br0', mac },
    { kind: 'bridge', mac, isUp: false },
  ],
  [
    { kind: 'bridge', name: 'uplink', mtu: 1400 },
    { kind: 'bridge', mtu: 1400 },
  ],
  [{ kind: 'veth', name: 'veth0', peer: { name: 'eth0', mac } }, { kind: 'veth' }],
])('a link that was added is found as it was asked for: %o', async ([link, expected], { socket, ip }) => {
  addLink(socket, link);
  expect(findLink(socket, link.name)).toMatchObject({ name: link.name, ...expected });
  const [listed] = await ip('link', 'show', link.name);
  expect(listed).toMatchObject({ ifname: link.name, linkinfo: { info_kind: link.kind } });
  expect(listLinks(socket).map(({ name }) => name)).toContain(link.name);
});

test.skipIf(missing)('a VXLAN device has its end, its port and no learning', async ({ socket, ip }) => {
  addLink(socket, { kind: 'bridge', name: 'uplink' });
  const uplink = indexOf(socket, 'uplink');
  const vxlan = { id: 1, port: 8472, local: address('192.0.2.1'), link: uplink };
  addLink(socket, { kind: 'vxlan', name: 'tunnel', mac, vxlan });
  expect(findLink(socket, 'tunnel')).toMatchObject({ kind: 'vxlan', mac, vxlan });
  const [listed] = await ip('link', 'show', 'tunnel');
  expect(listed?.linkinfo).toMatchObject({
    info_data: { id: 1, local: '192.0.2.1', link: 'uplink', port: 8472, learning: false, udp_csum: false },
  });
});

test.skipIf(missing)(
  'the other end of a veth pair goes to its namespace at once',
  async ({ socket, other }) => {
    const [inNamespace, open] = [await bindNetworkNamespaces(), await bindRouteSocket()];
    const { closeSync, openSync } = await import('node:fs');
    const namespace = openSync(other, 'r');
    addLink(socket, {
      kind: 'veth',
      name: 'host',
      mtu: 1450,
      peer: { name: 'eth0', mac, mtu: 1450, namespace },
    });
    closeSync(namespace);
    using there = inNamespace(other, open);
    const [host, pod] = [findLink(socket, 'host'), findLink(there, 'eth0')];
    expect(pod).toMatchObject({ mac, mtu: 1450, peer: host?.index });
    expect(host?.peer).toBe(pod?.index);
    expect(findLink(socket, 'eth0')).toBeUndefined();
    removeLink(socket, host?.index ?? 0);
    expect(findLink(there, 'eth0')).toBeUndefined();
  },
);

test.skipIf(missing)('of a link only what is named changes', async ({ socket, ip }) => {
  addLink(socket, { kind: 'bridge', name: 'br0' });
  addLink(socket, { kind: 'veth', name: 'port', mtu: 1400, peer: { name: 'peer' } });
  const [bridge, port] = [indexOf(socket, 'br0'), indexOf(socket, 'port')];
  changeLink(socket, bridge, { isUp: true });
  changeLink(socket, port, { master: bridge, isUp: true, alias: 'a pod' });
  changeBridgePort(socket, port, { hairpin: true });
  changeLink(socket, port, { name: 'renamed' });
  expect(findLink(socket, 'renamed')).toMatchObject({
    index: port,
    master: bridge,
    mtu: 1400,
    isUp: true,
    alias: 'a pod',
  });
  const [listed] = await ip('link', 'show', 'renamed');
  expect(listed?.linkinfo).toMatchObject({ info_slave_data: { hairpin: true, isolated: false } });
  changeLink(socket, port, { master: 0, isUp: false });
  expect(findLink(socket, 'renamed')).toMatchObject({ master: undefined, isUp: false });
});

test.skipIf(missing).for(['192.0.2.1/24', '2001:db8::1/64'])(
  'an address is there until it is removed, and answers at once: %s',
  async (text, { socket, ip }) => {
    const [host = '', length] = text.split('/');
    addLink(socket, { kind: 'bridge', name: 'br0' });
    const link = indexOf(socket, 'br0');
    changeLink(socket, link, { isUp: true });
    const added = { link, address: address(host), prefixLength: Number(length) };
    addAddress(socket, added);
    expect(listAddresses(socket)).toContainEqual({
      ...added,
      isTentative: false,
      isDuplicate: false,
      isLinkLocal: false,
    });
    expect(await ip('address', 'show', 'to', text)).toMatchObject([{ ifname: 'br0' }]);
    expect(() => addAddress(socket, added)).toThrow(
      `cannot add the address ${text}: file already exists (EEXIST)`,
    );
    removeAddress(socket, added);
    expect(listAddresses(socket).map((one) => one.address)).not.toContain(host);
  },
);

test.skipIf(missing).for([
  ['192.0.2.1/24', '10.244.1.0/24', '192.0.2.2', '192.0.2.3', '10.244.1.9'],
  ['2001:db8::1/64', 'fd00:1::/64', '2001:db8::2', '2001:db8::3', 'fd00:1::9'],
] as const)(
  'routes are added, replaced, looked up and removed: %s',
  async ([own, to, first, second, host], { socket }) => {
    const [ownAddress = '', length] = own.split('/');
    addLink(socket, { kind: 'bridge', name: 'br0' });
    const link = indexOf(socket, 'br0');
    changeLink(socket, link, { isUp: true });
    addAddress(socket, { link, address: address(ownAddress), prefixLength: Number(length) });
    const family = own.includes(':') ? 'IPv6' : 'IPv4';
    const route = { destination: network(to), gateway: address(first), link, protocol: 17 };
    const routes = () => listRoutes(socket, family).filter(({ destination }) => destination === to);
    addRoute(socket, route);
    expect(() => addRoute(socket, route)).toThrow('EEXIST');
    expect(routes()).toMatchObject([route]);
    replaceRoute(socket, { ...route, gateway: address(second) });
    expect(routes()).toMatchObject([{ ...route, gateway: second }]);
    expect(lookUpRoute(socket, address(host))).toMatchObject({ gateway: second, link });
    removeRoute(socket, { ...route, gateway: address(second) });
    expect(routes()).toEqual([]);
    expect(lookUpRoute(socket, address(host))).toBeUndefined();
  },
);

test.skipIf(missing).for([
  ['IPv4', '10.244.1.0', '192.0.2.2'],
  ['IPv6', 'fd00:1::', '2001:db8::2'],
] as const)(
  'entries of a tunnel are set, changed and removed: %s',
  async ([family, gateway, node], { socket }) => {
    addLink(socket, { kind: 'bridge', name: 'uplink' });
    const local = address(family === 'IPv4' ? '192.0.2.1' : '2001:db8::1');
    const vxlan = { id: 1, port: 8472, local, link: indexOf(socket, 'uplink') };
    addLink(socket, { kind: 'vxlan', name: 'tunnel', vxlan });
    const link = indexOf(socket, 'tunnel');
    changeLink(socket, link, { isUp: true });
    const entry = { link, mac, destination: address(node) };
    const neighbour = { link, mac, address: address(gateway) };
    for (const _ of ['set', 'set again']) {
      setForwardingEntry(socket, entry);
      setNeighbour(socket, neighbour);
      expect(listForwardingEntries(socket)).toEqual([entry]);
      expect(listNeighbours(socket, family)).toEqual([neighbour]);
    }
    const moved = '0a:58:0a:f4:00:06' as MacAddress;
    setNeighbour(socket, { ...neighbour, mac: moved });
    expect(listNeighbours(socket, family)).toEqual([{ ...neighbour, mac: moved }]);
    removeForwardingEntry(socket, entry);
    removeNeighbour(socket, { ...neighbour, mac: moved });
    expect([listForwardingEntries(socket), listNeighbours(socket, family)]).toEqual([[], []]);
  },
);

test.skipIf(missing)(
  'the kernel refuses in words that name what it is about, and the process goes on',
  async ({ socket }) => {
    const refusals = [
      () => addLink(socket, { kind: 'bridge', name: 'lo' }),
      () => removeLink(socket, 4711),
      () => addAddress(socket, { link: 4711, address: address('192.0.2.1'), prefixLength: 24 }),
    ];
    const messages = refusals.map((refused) => {
      try {
        return refused();
      } catch (error) {
        expect(refusedWith(error, 'EEXIST', 'ENODEV')).toBe(true);
        return String(error);
      }
    });
    expect(messages).toEqual([
      'KernelError: cannot add the bridge link lo: file already exists (EEXIST)',
      'KernelError: cannot remove the link 4711: no such device (ENODEV)',
      'KernelError: cannot add the address 192.0.2.1/24: no such device (ENODEV): ipv4: Device not found',
    ]);
    expect(findLink(socket, 'nowhere')).toBeUndefined();
    expect(findLink(socket, 'lo')).toMatchObject({ index: 1 });
  },
);

test.skipIf(missing)('a namespace that is not there leaves the thread where it was', async () => {
  const inNamespace = await bindNetworkNamespaces();
  const { readlinkSync } = await import('node:fs');
  const before = readlinkSync('/proc/thread-self/ns/net');
  expect(() => inNamespace('/run/netns/none-of-this-name', () => 0)).toThrow('ENOENT');
  expect(() => inNamespace('/proc/version', () => 0)).toThrow(
    'cannot enter the network namespace /proc/version: invalid argument',
  );
  expect(readlinkSync('/proc/thread-self/ns/net')).toBe(before);
});

function indexOf(socket: RouteSocket, name: string): number {
  return findLink(socket, name)?.index ?? 0;
}
