import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Address, parseAddress } from '../../../src/net/address.ts';
import { removeRules } from '../cli/program.ts';
import { shared } from '../shared.ts';
import { createLab } from './lab.ts';
import type { ConnectResult, Transport } from './messages.ts';
import { createNamespaces } from './namespaces.ts';
import { linkAddress, type Topology } from './topology.ts';
import { labUnavailable } from './unavailable.ts';

const unavailable = labUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

describe.each([
  {
    family: 'IPv4',
    node: address('192.0.2.1'),
    client: address('203.0.113.2'),
    server: address('10.0.0.3'),
    elsewhere: address('198.51.100.4'),
    iptables: 'iptables-nft',
  },
  {
    family: 'IPv6',
    node: address('2001:db8:1::1'),
    client: address('2001:db8:2::2'),
    server: address('fd00::3'),
    elsewhere: address('2001:db8:4::4'),
    iptables: 'ip6tables-nft',
  },
] as const)('a lab in $family', ({ family, node, client, server, elsewhere, iptables }) => {
  const topology: Topology = { nodeAddresses: [node], hosts: [client, server] };
  const borrow = shared(
    () => createLab(topology),
    (lab) => lab.node.exec('sh', ['-c', removeRules]),
  );

  describe.each<Transport>(['tcp', 'udp'])('over %s', (protocol) => {
    test('a host reaches another host by way of the node', async () => {
      const lab = await borrow();
      await using _ = await lab.host(server).listen({ protocol, address: server, port: 80 });
      const to = { protocol, source: client, destination: server, port: 80 };
      expect(partiesOf(await lab.host(client).connect(to))).toEqual({ server, peer: client });
    });

    test('a host reaches the node, and the node a host', async () => {
      const lab = await borrow();
      await using _onNode = await lab.node.listen({ protocol, address: node, port: 3001 });
      await using _onHost = await lab.host(server).listen({ protocol, address: server, port: 80 });
      const toNode = { protocol, source: client, destination: node, port: 3001 };
      const toHost = { protocol, source: node, destination: server, port: 80 };
      expect(partiesOf(await lab.host(client).connect(toNode))).toEqual({ server: node, peer: client });
      expect(partiesOf(await lab.node.connect(toHost))).toEqual({ server, peer: node });
    });

    test('the outside owns every other address', async () => {
      const lab = await borrow();
      await using _ = await lab.outside.listen({ protocol, address: elsewhere, port: 80 });
      const to = { protocol, source: client, destination: elsewhere, port: 80 };
      expect(partiesOf(await lab.host(client).connect(to))).toEqual({ server: elsewhere, peer: client });
    });

    test('nobody listens: ECONNREFUSED', async () => {
      const lab = await borrow();
      const to = { protocol, source: client, destination: server, port: 80 };
      expect(await lab.host(client).connect(to)).toEqual({ error: 'ECONNREFUSED' });
    });

    test('no answer in time: ETIMEDOUT', async () => {
      const lab = await borrow();
      await using _ = await lab.host(server).listen({ protocol, address: server, port: 80 });
      await lab.node.exec(iptables, ['-A', 'FORWARD', '-j', 'DROP']);
      const to = { protocol, source: client, destination: server, port: 80, timeoutMs: 50 };
      expect(await lab.host(client).connect(to)).toEqual({ error: 'ETIMEDOUT' });
    });

    test('a host that is sent back to itself sees the address of the node', async () => {
      const lab = await borrow();
      await using _ = await lab.host(server).listen({ protocol, address: server, port: 80 });
      const sendBack = ['-p', protocol, '-d', elsewhere, '-j', 'DNAT', '--to-destination', server];
      await lab.node.exec(iptables, ['-t', 'nat', '-A', 'PREROUTING', ...sendBack]);
      await lab.node.exec(iptables, ['-t', 'nat', '-A', 'POSTROUTING', '-j', 'MASQUERADE']);
      const to = { protocol, source: server, destination: elsewhere, port: 80 };
      expect(partiesOf(await lab.host(server).connect(to))).toEqual({ server, peer: linkAddress[family] });
    });

    test('an address lent to the node is its own until it is given back', async () => {
      const lab = await borrow();
      const to = { protocol, source: elsewhere, destination: server, port: 80 };
      await using _ = await lab.host(server).listen({ protocol, address: server, port: 80 });
      {
        await using _lent = await lab.lendToNode(elsewhere);
        expect(partiesOf(await lab.node.connect(to))).toEqual({ server, peer: elsewhere });
      }
      expect(await lab.node.connect(to)).toEqual({ error: 'EADDRNOTAVAIL' });
    });
  });

  test('an address that is taken cannot be listened on twice', async () => {
    const lab = await borrow();
    await using _ = await lab.node.listen({ protocol: 'tcp', address: node, port: 80 });
    await expect(lab.node.listen({ protocol: 'tcp', address: node, port: 80 })).rejects.toThrow(
      `cannot listen on tcp ${node} port 80: EADDRINUSE`,
    );
  });

  test('after a listener is disposed of, its address is free', async () => {
    const lab = await borrow();
    const listener = { protocol: 'tcp', address: server, port: 80 } as const;
    await (await lab.host(server).listen(listener))[Symbol.asyncDispose]();
    await using _ = await lab.host(server).listen(listener);
    const to = { ...listener, source: client, destination: server };
    expect(partiesOf(await lab.host(client).connect(to))).toEqual({ server, peer: client });
  });

  test('a host that the topology does not have is an error', async () => {
    const lab = await borrow();
    expect(() => lab.host(elsewhere)).toThrow(`no host ${elsewhere}`);
  });
});

describe('namespaces', () => {
  test('are gone when the lab is', async () => {
    const names: string[] = [];
    {
      await using lab = await createLab({ nodeAddresses: [], hosts: [address('10.0.0.1')] });
      names.push(lab.node.namespace, lab.outside.namespace, lab.host(address('10.0.0.1')).namespace);
      expect(await livingAmong(names)).toEqual(names);
    }
    expect(await livingAmong(names)).toEqual([]);
  });

  test('are gone when the lab cannot be built', async () => {
    const isOfThisProcess = (name: string) => name.startsWith(`ptl-${process.pid}-`);
    const before = (await readdir('/run/netns')).filter(isOfThisProcess);
    await expect(createLab({ nodeAddresses: ['no address'], hosts: [] })).rejects.toThrow();
    expect((await readdir('/run/netns')).filter(isOfThisProcess)).toEqual(before);
  });

  test('are gone when their making fails half-way', async () => {
    const names: string[] = [];
    const failing = createNamespaces(['a', 'b'], (nameOf) => {
      names.push(nameOf('a'), nameOf('b'));
      return ['no such object'];
    });
    await expect(failing).rejects.toThrow();
    expect(await livingAmong(names)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('are gone after %s', async (signal) => {
    const { child, names } = await startHolder();
    expect(await livingAmong(names)).toEqual(names);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([null, signal]);
    expect(await livingAmong(names)).toEqual([]);
  });

  test('that a killed process left are removed by the next', async () => {
    const killed = await startHolder();
    killed.child.kill('SIGKILL');
    await once(killed.child, 'close');
    const next = await startHolder();
    expect(await livingAmong(killed.names)).toEqual([]);
    next.child.kill('SIGTERM');
    await once(next.child, 'close');
  });
});

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

/** The answer without its ports: the client's is any. */
function partiesOf(result: ConnectResult) {
  if ('error' in result) return result;
  const host = (endpoint: string) => endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return { server: host(result.answer.server), peer: host(result.answer.peer) };
}

async function livingAmong(names: readonly string[]): Promise<string[]> {
  const living = new Set(await readdir('/run/netns'));
  return names.filter((name) => living.has(name));
}

/** A process that makes namespaces, prints their names and waits for its end. */
async function startHolder() {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./holder.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, names: String(line).split(' ') };
}
