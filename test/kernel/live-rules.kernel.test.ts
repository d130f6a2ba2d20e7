import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { Family } from '../../src/net/family.ts';
import { readIptablesRules } from '../../src/rules-text/iptables/read-rules.ts';
import { readNftListing } from '../../src/rules-text/nft/read-listing.ts';
import type { RuleTable } from '../../src/rules-text/ruleset.ts';
import { nodeWithAddresses } from '../../src/trace/node-view.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { walk } from '../../src/trace/walk.ts';
import { bash } from '../support/bash.ts';
import { type LiveNamespace, liveNamespace, type TraceOptions } from '../support/kernel/live-namespace.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { address } from '../support/records.ts';
import { shared } from '../support/shared.ts';

const missing = labUnavailable();
/** Not for rules of iptables-legacy, whose tables stay when they are empty. */
const borrow = shared(liveNamespace, (namespace) => namespace.clear());
const withoutLegacy = missing ?? iptablesUnavailable('legacy');

const outside = { IPv4: address('203.0.113.7'), IPv6: address('2001:db8:ffff::7') };
const service = { IPv4: address('10.96.0.1'), IPv6: address('fd00:96::1') };
const pod = { IPv4: '10.244.0.5', IPv6: '[fd00:10:244::5]' };
const loopback = { IPv4: address('127.0.0.1'), IPv6: address('::1') };

function packet(family: Family, changes: Partial<Packet> = {}): Packet {
  return {
    source: outside[family],
    destination: service[family],
    protocol: 'TCP',
    port: 80,
    inputInterface: 'eth0',
    ...changes,
  };
}

const natRules = (family: Family) =>
  `*nat
:PREROUTING ACCEPT
:SERVICES - [0:0]
-A PREROUTING -j SERVICES
-A SERVICES -d ${service[family]} -p tcp -m tcp --dport 80 -m comment --comment "default/web:http" -j DNAT --to-destination ${pod[family]}:8080
COMMIT
`;

const filterRules = `*filter
:FORWARD DROP
:PODS - [0:0]
-A FORWARD -p tcp -m tcp --dport 8080 -j PODS
-A PODS -m mark --mark 0x40/0x40 -j ACCEPT
COMMIT
`;

const nativeRules = (family: Family) => {
  const [table, address, type] = family === 'IPv4' ? ['ip', 'ip', 'ipv4_addr'] : ['ip6', 'ip6', 'ipv6_addr'];
  return `table ${table} marks {
  map clients {
    type ${type} . inet_proto : mark
    elements = { ${outside[family]} . tcp comment "outside" : 0x40 }
  }
  set own {
    type ${type}
    flags interval
    elements = { ${service[family]}-${service[family].replace(/1$/, '9')} }
  }
  chain pre {
    type filter hook prerouting priority mangle;
    ${address} daddr @own meta mark set ${address} saddr . meta l4proto map @clients
  }
}
table inet firewall {
  chain forward {
    type filter hook forward priority filter + 10; policy accept;
    tcp dport 9090 drop
  }
}
`;
};

describe('a node with rules of iptables-legacy, iptables-nft and nftables', () => {
  test.for(['IPv4', 'IPv6'] as const)('has all of them in one rule set: %s', async (family, { skip }) => {
    skip(withoutLegacy !== undefined, withoutLegacy);
    await using namespace = liveNamespace();
    await loadAllKinds(namespace, family);
    const packets = packetsOf(family);
    const { tables, traces } = await namespace.trace(family, packets);
    const table = family === 'IPv4' ? 'ip' : 'ip6';
    expect(tables).toEqual([
      'iptables-legacy nat',
      'iptables-nft filter',
      `nft ${table} marks`,
      'nft inet firewall',
    ]);
    expect(traces.map(({ verdict }) => verdict)).toEqual(['dnat', 'drop', 'drop', 'untouched', 'drop']);
    const whole = { family, tables: await wholeTables(namespace, family) };
    const node = nodeWithAddresses([]);
    expect(traces.map((trace) => ({ trace }))).toEqual(packets.map((one) => walk(whole, one, node)));
  });

  test('is left as it was', async ({ skip }) => {
    skip(withoutLegacy !== undefined, withoutLegacy);
    await using namespace = liveNamespace();
    await loadAllKinds(namespace, 'IPv4');
    const before = await everything(namespace);
    for (const family of ['IPv4', 'IPv6'] as const) await namespace.trace(family, packetsOf(family));
    expect(await everything(namespace)).toEqual(before);
  });
});

/** Known and unknown clients, to what is served and what is not. */
function packetsOf(family: Family): readonly Packet[] {
  return [
    packet(family),
    packet(family, { protocol: 'UDP' }),
    packet(family, { source: address(family === 'IPv4' ? '203.0.113.8' : '2001:db8:ffff::8') }),
    packet(family, { source: loopback[family], destination: loopback[family], inputInterface: 'lo' }),
    packet(family, { port: 9090 }),
  ];
}

async function loadAllKinds(namespace: LiveNamespace, family: Family): Promise<void> {
  const tool = family === 'IPv4' ? 'iptables' : 'ip6tables';
  await namespace.run([`${tool}-legacy-restore`], natRules(family));
  await namespace.run([`${tool}-nft-restore`], filterRules);
  await namespace.run(['nft', '-f', '-'], nativeRules(family));
}

async function wholeTables(namespace: LiveNamespace, family: Family): Promise<readonly RuleTable[]> {
  const tool = family === 'IPv4' ? 'iptables' : 'ip6tables';
  const legacy = await namespace.run([`${tool}-legacy-save`]);
  const nft = await namespace.run([`${tool}-nft-save`]);
  const listing = await namespace.run(['nft', 'list', 'ruleset']);
  return [
    ...readIptablesRules(legacy, { family, variant: 'legacy' }),
    ...readIptablesRules(nft, { family, variant: 'nft' }),
    ...readNftListing(listing, family, { ofIptablesNft: new Set() }),
  ];
}

/** Every rule, and which tables of iptables-legacy the kernel has made. */
async function everything(namespace: LiveNamespace): Promise<readonly string[]> {
  const commands = [
    ['nft', 'list', 'ruleset'],
    ['cat', '/proc/net/ip_tables_names', '/proc/net/ip6_tables_names'],
    ['iptables-legacy-save', '-t', 'nat'],
  ];
  const printed: string[] = [];
  for (const command of commands) printed.push((await namespace.run(command)).replace(/^#.*$/gm, ''));
  return printed;
}

describe('a namespace without rules', () => {
  test('has no table, and gets none', async ({ skip }) => {
    skip(missing !== undefined, missing);
    await using namespace = liveNamespace();
    const { tables, traces } = await namespace.trace('IPv4', [packet('IPv4')]);
    expect(tables).toEqual([]);
    expect(traces[0]?.verdict).toBe('untouched');
    expect(await namespace.run(['nft', 'list', 'ruleset'])).toBe('');
    expect(await namespace.run(['cat', '/proc/net/ip_tables_names'])).toBe('');
  });
});

describe('tables of nftables with names of iptables', () => {
  test.for([
    ['chains of another name', 'prerouting'],
    ['chains of the same name', 'PREROUTING'],
  ] as const)('are read: %s', async ([, chain], { skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(
      ['nft', '-f', '-'],
      `table ip nat {
        chain ${chain} {
          type nat hook prerouting priority dstnat;
          ip daddr 10.96.0.1 tcp dport vmap { 80 : goto pod }
        }
        chain pod {
          meta l4proto tcp dnat to 10.244.0.5:8080
        }
      }`,
    );
    const { traces } = await namespace.trace('IPv4', [packet('IPv4')]);
    expect(traces[0]?.endpoints.map(({ endpoint }) => endpoint)).toEqual(['10.244.0.5:8080']);
  });
});

describe('a table of iptables-nft with a rule that nft has added', () => {
  test('is read with that rule', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(['iptables-nft-restore'], natRules('IPv4'));
    await namespace.run(['nft', 'insert rule ip nat SERVICES ct state new ip daddr 10.96.0.1 drop']);
    const { tables, traces } = await namespace.trace('IPv4', [packet('IPv4')]);
    expect(tables).toEqual(['iptables-nft nat']);
    expect(traces[0]?.verdict).toBe('drop');
  });
});

describe('what packets have left behind', () => {
  const remembering = (action: string) => `*filter
:INPUT ACCEPT
-A INPUT -p udp -m udp --dport 9 -m recent --name CLIENTS --set -j ACCEPT
-A INPUT -p tcp -m tcp --dport 80 -m recent --name CLIENTS ${action} -j DROP
COMMIT
`;
  const knock = [...bash, 'echo knock > /dev/udp/127.0.0.1/9'];
  const self = { source: loopback.IPv4, destination: loopback.IPv4, inputInterface: 'lo' };

  test.for(['--rcheck', '--rcheck --seconds 3600'])(
    'is known of lists of xt_recent: %s',
    async (action, { skip }) => {
      skip(missing !== undefined, missing);
      const namespace = await borrow();
      await namespace.run(['iptables-nft-restore'], remembering(action));
      const ask = async () => (await namespace.trace('IPv4', [packet('IPv4', self)])).traces[0];
      expect(await ask()).toMatchObject({ verdict: 'untouched', assumptions: [] });
      await namespace.run(knock);
      expect(await ask()).toMatchObject({ verdict: 'drop', assumptions: [] });
    },
  );

  test('is known of dynamic sets of nftables', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(
      ['nft', '-f', '-'],
      `table inet t {
        set clients {
          type ipv4_addr; size 100; flags dynamic,timeout; timeout 1h;
        }
        chain input {
          type filter hook input priority 0;
          udp dport 9 update @clients { ip saddr }
          tcp dport 80 ip saddr @clients drop
        }
      }`,
    );
    const ask = async () => (await namespace.trace('IPv4', [packet('IPv4', self)])).traces[0]?.verdict;
    expect(await ask()).toBe('untouched');
    await namespace.run(knock);
    expect(await ask()).toBe('drop');
  });
});

describe('elements of every kind of set', () => {
  test('are found, with their comments', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(
      ['nft', '-f', '-'],
      `table inet t {
        map by-port {
          type inet_service : verdict
          elements = { 80 comment "web" : goto seen }
        }
        map by-interface {
          type ifname . inet_proto : mark
          elements = { "eth0" . tcp : 0x12345678 }
        }
        map by-mark {
          type mark : ipv4_addr . inet_service
          elements = { 0x12345678 : 10.244.0.5 . 8080 }
        }
        chain services {
          type nat hook prerouting priority dstnat;
          meta mark set iifname . meta l4proto map @by-interface tcp dport vmap @by-port
        }
        chain seen {
          meta l4proto tcp dnat ip to meta mark map @by-mark
        }
      }`,
    );
    const { traces } = await namespace.trace('IPv4', [packet('IPv4')]);
    expect(traces[0]).toMatchObject({ verdict: 'dnat', endpoints: [{ endpoint: '10.244.0.5:8080' }] });
    expect(JSON.stringify(traces[0]?.path, textual)).toContain('"comment":"web"');
  });
});

function textual(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

test('rules that change while they are read are an assumption of the trace', async ({ skip }) => {
  skip(missing !== undefined, missing);
  const namespace = await borrow();
  await namespace.run(['nft', '-f', '-'], nativeRules('IPv4'));
  const meanwhile = ['nft', 'add', 'chain', 'inet', 'firewall', 'another'];
  const assumptionsOf = async (options: TraceOptions) =>
    (await namespace.trace('IPv4', [packet('IPv4')], options)).traces[0]?.assumptions;
  expect(await assumptionsOf({})).toEqual([]);
  expect(await assumptionsOf({ meanwhile })).toEqual([expect.stringContaining('rules that have changed')]);
});

test('who may not read the rules is told what it takes', async ({ skip }) => {
  skip(missing !== undefined, missing);
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
  const { failed } = await execa('setpriv', [...nobody.slice(1), 'true'], { reject: false });
  skip(failed, 'no other user to become here');
  await using namespace = liveNamespace(nobody);
  await expect(namespace.trace('IPv4', [packet('IPv4')])).rejects.toThrow(
    /: not permitted; it needs root or the capability CAP_NET_ADMIN/,
  );
});

describe('a machine whose nft crashes', () => {
  const crashing = '#!/bin/sh\nkill -SEGV $$\n';

  test('explains tables of known forms all the same', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(
      ['nft', '-f', '-'],
      `table ip t {
        map services {
          type ipv4_addr . inet_proto . inet_service : verdict
          elements = { 10.96.0.1 . tcp . 80 : goto web }
        }
        chain prerouting {
          type nat hook prerouting priority dstnat;
          ip daddr . meta l4proto . th dport vmap @services
        }
        chain web {
          meta l4proto tcp dnat to 10.244.0.5:8080
        }
      }`,
    );
    await using commands = await otherCommands({ nft: crashing }, 'iptables-nft', 'ip');
    const { traces } = await namespace.trace('IPv4', [packet('IPv4')], commands);
    expect(traces[0]).toMatchObject({ verdict: 'dnat', endpoints: [{ endpoint: '10.244.0.5:8080' }] });
  });

  test('says of what it cannot read that it is not known', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(
      ['nft', '-f', '-'],
      'table inet t { chain input { type filter hook prerouting priority 0; tcp dport 80 drop; }; }',
    );
    await using commands = await otherCommands({ nft: crashing }, 'iptables-nft', 'ip');
    const { tables, traces } = await namespace.trace('IPv4', [packet('IPv4')], commands);
    expect(tables).toEqual(['nft inet t']);
    expect(JSON.stringify(traces[0], textual)).toContain(
      'the nft of this machine crashes when it lists the rule',
    );
  });
});

describe('a machine that lacks commands', () => {
  test('without nft, the rules of iptables-nft are read all the same', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(['iptables-nft-restore'], natRules('IPv4'));
    await using commands = await onlyCommands('iptables-nft', 'ip');
    const { tables, traces } = await namespace.trace('IPv4', [packet('IPv4')], commands);
    expect(tables).toEqual(['iptables-nft nat']);
    expect(traces[0]?.endpoints.map(({ endpoint }) => endpoint)).toEqual(['10.244.0.5:8080']);
  });

  test('without nft, tables of nftables cannot be read, and the error names one', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(['nft', '-f', '-'], nativeRules('IPv4'));
    await using commands = await onlyCommands('iptables-nft', 'ip');
    await expect(namespace.trace('IPv4', [packet('IPv4')], commands)).rejects.toThrow(
      /table (ip marks|inet firewall).*nft is not on this machine.*install nftables/,
    );
  });

  test('without iptables-nft, what it made is read as nft lists it', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(['iptables-nft-restore'], natRules('IPv4'));
    await using commands = await onlyCommands('nft', 'ip');
    const { tables, traces } = await namespace.trace('IPv4', [packet('IPv4')], commands);
    expect(tables).toEqual(['nft ip nat']);
    expect(['dnat', 'unknown', 'varies']).toContain(traces[0]?.verdict);
  });

  test('without both, the error says so', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(['iptables-nft-restore'], natRules('IPv4'));
    await using commands = await onlyCommands('ip');
    await expect(namespace.trace('IPv4', [packet('IPv4')], commands)).rejects.toThrow(
      /table ip nat.*nft is not on this machine.*install nftables/,
    );
  });

  test('without iptables-legacy, its rules cannot be read, and the error says so', async ({ skip }) => {
    skip(withoutLegacy !== undefined, withoutLegacy);
    await using namespace = liveNamespace();
    await namespace.run(['iptables-legacy-restore'], natRules('IPv4'));
    await using commands = await onlyCommands('nft', 'iptables-nft', 'ip');
    await expect(namespace.trace('IPv4', [packet('IPv4')], commands)).rejects.toThrow(
      /rules of iptables-legacy \(table nat\).*iptables-legacy-save is not on this machine/,
    );
  });
});

/** A folder for PATH that has no more than these commands. */
function onlyCommands(...names: readonly string[]) {
  return otherCommands({}, ...names);
}

/** The same, with scripts in the place of others. */
async function otherCommands(scripts: Readonly<Record<string, string>>, ...names: readonly string[]) {
  const path = await mkdtemp(join(tmpdir(), 'portolan-path-'));
  for (const name of names) {
    const { stdout } = await execa('sh', ['-c', 'command -v "$0"', name]);
    await symlink(stdout, join(path, name));
  }
  for (const [name, script] of Object.entries(scripts))
    await writeFile(join(path, name), script, { mode: 0o755 });
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
