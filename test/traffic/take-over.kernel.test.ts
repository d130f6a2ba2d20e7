import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatEndpoint } from '../../src/net/address.ts';
import { nftFamily } from '../../src/nftables/nftables-options.ts';
import { sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';
import { ownedTable } from '../support/kernel/owned-table.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { type Addresses, ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { servicePort, targetPort, web } from '../support/traffic/objects.ts';
import { failures } from '../support/traffic/open-connections.ts';
import { type Stage, sharedStage } from '../support/traffic/stage.ts';
import { startTraffic } from '../support/traffic/start-traffic.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft');
if (unavailable !== undefined) test('taking over', ({ skip }) => skip(unavailable));

const withoutRecordings = sharedUnavailable();
const nodePort = 30_080;

const borrow = {
  IPv4: sharedStage(ipv4, 2),
  IPv6: sharedStage(ipv6, 2),
};

describe.skipIf(unavailable)('taking over', () => {
  test.each([ipv4, ipv6])(
    'from the tables of kube-proxy ($family) fails no connection',
    async (addresses) => {
      const ip = nftFamily(addresses.family);
      const stage = await prepareStage(addresses);
      await stage.node.exec('nft', ['-f', '-'], { input: kubeProxyTable(addresses) });
      await stage.node.exec('nft', ['-f', '-'], { input: otherTable(ip) });
      const other = await listTable(stage, ip, 'other');
      await using traffic = startTraffic(stage);
      await stage.once('nftables');
      expect(failures(await traffic.stop(100))).toEqual([]);
      expect(await tablesOf(stage)).toEqual(['ip portolan', 'ip6 portolan', `${ip} other`].sort());
      expect(await listTable(stage, ip, 'other')).toBe(other);
    },
  );

  test.for(['affinity', 'loadbalancer-local-sourceranges', 'dual-stack'])(
    'removes the tables that kube-proxy itself had loaded: %s',
    async (name, { skip }) => {
      skip(withoutRecordings !== undefined, withoutRecordings);
      const file = (table: string) => join(sharedPath, 'golden', name, `nft-${table}.txt`);
      const stage = await prepareStage(ipv4);
      for (const table of ['ip', 'ip6']) {
        await stage.node.exec('nft', ['-f', '-'], { input: await readFile(file(table), 'utf8') });
      }
      expect(await tablesOf(stage)).toEqual(['ip kube-proxy', 'ip6 kube-proxy']);
      await stage.once('nftables');
      expect(await tablesOf(stage)).toEqual(['ip portolan', 'ip6 portolan']);
    },
  );

  test.for([
    { variant: 'nft', iptables: 'iptables', addresses: ipv4 },
    { variant: 'legacy', iptables: 'ip6tables', addresses: ipv6 },
  ] as const)(
    'from $iptables-$variant and back removes our chains only, and fails no connection',
    async ({ variant, iptables, addresses }, { skip }) => {
      const withoutVariant = iptablesUnavailable(variant);
      skip(withoutVariant !== undefined, withoutVariant);
      const stage = await prepareStage(addresses);
      const saved = () => stage.node.exec(`${iptables}-${variant}-save`, ['-t', 'nat']);
      await stage.node.exec(`${iptables}-${variant}`, ['-t', 'nat', '-N', 'DOCKER']);
      await stage.node.exec(`${iptables}-${variant}`, ['-t', 'nat', '-A', 'OUTPUT', '-j', 'DOCKER']);
      await stage.once('iptables', ['--iptables-variant', variant]);
      expect(await saved()).toContain(':KUBE-SERVICES');
      await using traffic = startTraffic(stage, nodePort);

      await stage.once('nftables');
      expect(await saved()).not.toContain('KUBE-');
      expect(await saved()).toContain('-A OUTPUT -j DOCKER');
      expect(await tablesOf(stage)).toEqual(expect.arrayContaining(['ip portolan', 'ip6 portolan']));

      await stage.once('iptables', ['--iptables-variant', variant]);
      expect(await saved()).toContain(':KUBE-SERVICES');
      expect(await saved()).toContain('-A OUTPUT -j DOCKER');
      expect((await tablesOf(stage)).filter((title) => title.endsWith('portolan'))).toEqual([]);
      expect(failures(await traffic.stop(100))).toEqual([]);
    },
  );

  test('where the table cannot be written, the chains of iptables stay and carry the traffic', async () => {
    const stage = await prepareStage(ipv4);
    await stage.once('iptables', ['--iptables-variant', 'nft']);
    const before = await stage.node.exec('iptables-nft-save', []);
    await using traffic = startTraffic(stage, nodePort);
    await using _owner = await ownedTable(stage.node.namespace, 'ip portolan');
    await expect(stage.once('nftables')).rejects.toThrow(/another process owns it.*sync failed/);
    expect(ruleLines(await stage.node.exec('iptables-nft-save', []))).toEqual(ruleLines(before));
    expect(failures(await traffic.stop(100))).toEqual([]);
  });

  test('where iptables fails, the table stays and carries the traffic', async () => {
    const stage = await prepareStage(ipv6);
    await stage.once('nftables');
    const before = await listTable(stage, 'ip6', 'portolan');
    await using traffic = startTraffic(stage, nodePort);
    await using broken = await brokenCommands(['iptables-nft-restore', 'ip6tables-nft-restore']);
    const variant = ['--iptables-variant', 'nft'];
    await expect(stage.once('iptables', variant, broken.env)).rejects.toThrow(/sync failed/);
    expect(failures(await traffic.stop(100))).toEqual([]);
    expect(await listTable(stage, 'ip6', 'portolan')).toBe(before);
  });
});

async function prepareStage(addresses: Addresses): Promise<Stage> {
  const stage = await borrow[addresses.family]();
  const endpoints = [0, 1].map(addresses.pod);
  await stage.write('web', web({ clusterIP: addresses.service(0), endpoints, nodePort }));
  return stage;
}

/** Has the hooks and priorities of kube-proxy's own, and one endpoint. */
function kubeProxyTable({ family, service, pod }: Addresses): string {
  const ip = nftFamily(family);
  const target = formatEndpoint(pod(0), targetPort);
  const rules = ['tcp', 'udp'].map(
    (protocol) => `${ip} daddr ${service(0)} ${protocol} dport ${servicePort} dnat to ${target}`,
  );
  return `table ${ip} kube-proxy {
    chain services {
      ${rules.join('\n')}
    }
    chain nat-prerouting {
      type nat hook prerouting priority -100
      jump services
    }
    chain nat-output {
      type nat hook output priority -100
      jump services
    }
  }`;
}

function otherTable(ip: string): string {
  return `table ${ip} other {
    set ports {
      type inet_service
      elements = { 1, 2, 3 }
    }
    chain input {
      type filter hook input priority 0
      tcp dport @ports drop
    }
  }`;
}

async function tablesOf({ node }: Stage): Promise<readonly string[]> {
  const listed = await node.exec('nft', ['list', 'tables']);
  return Array.from(listed.matchAll(/^table (.+)$/gm), ([, title = '']) => title).sort();
}

async function listTable({ node }: Stage, ip: string, name: string): Promise<string> {
  const listed = await node.exec('nft', ['-a', 'list', 'table', ip, name]);
  return listed.replaceAll(/packets \d+ bytes \d+/g, '');
}

/** Without the times and counts beside them. */
function ruleLines(saved: string): readonly string[] {
  return saved.split('\n').filter((line) => line.startsWith('-A'));
}

/** An environment in which these commands fail. */
async function brokenCommands(names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-broken-'));
  for (const name of names) {
    await writeFile(join(folder, name), '#!/bin/sh\necho "out of order" >&2\nexit 1\n');
    await chmod(join(folder, name), 0o755);
  }
  return {
    env: { PATH: `${folder}:${process.env.PATH}` },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
