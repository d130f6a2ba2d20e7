import { describe, expect, test } from 'vitest';
import type { SetName } from '../../../src/nftables/names.ts';
import { type ListedElement, readTable, TableReader } from '../../../src/nftables/table/read-table.ts';
import type { Table } from '../../../src/nftables/table/table.ts';

/** What nft 1.0.6 prints for `nft list table ip portolan`. */
const listing = `table ip portolan {
	map services {
		type ipv4_addr . inet_proto . inet_service : verdict
		counter
		elements = { 10.96.0.1 . tcp . 443 counter packets 12 bytes 720 : goto KUBE-SVC-tcp-random-1,
			     10.96.0.10 . udp . 53 counter packets 0 bytes 0 : goto KUBE-SVC-udp-random-2 }
	}

	map service-endpoints-tcp {
		typeof ip daddr . tcp dport . numgen random mod 65536 : ip daddr . tcp dport
		counter
		elements = { 10.96.0.1 . 443 . 0 counter packets 12 bytes 720 : 192.168.50.10 . 6443 }
	}

	map no-endpoint-node-ports {
		type inet_proto . inet_service : verdict
		counter
	}

	set cluster-ips {
		type ipv4_addr
		elements = { 10.96.0.1, 10.96.0.10 }
	}

	set KUBE-SEP-ABCDEFGHIJKLMNOP-clients {
		type ipv4_addr
		size 65535
		flags dynamic,timeout
		elements = { 10.0.0.9 timeout 3h expires 2h59m59s992ms, 10.0.0.8 timeout 3h expires 11s,
			     10.0.0.7 timeout 3h expires 1h }
	}

	chain nat-output {
		type nat hook output priority -100; policy accept;
		jump KUBE-SERVICES
	}

	chain KUBE-SERVICES {
		ip daddr . meta l4proto . th dport vmap @services
	}

	chain KUBE-REJECT {
		counter packets 3 bytes 180 reject
	}

	chain KUBE-SVC-ABCDEFGHIJKLMNOP {
		ip saddr @KUBE-SEP-ABCDEFGHIJKLMNOP-clients goto KUBE-SEP-ABCDEFGHIJKLMNOP
		numgen random mod 1 vmap { 0 : goto KUBE-SEP-ABCDEFGHIJKLMNOP } comment "default/web:http"
	}

	chain KUBE-EMPTY {
	}
}
`;

function elementsOf(table: Table): unknown {
  return Object.fromEntries([...table.elements].map(([set, own]) => [set, Object.fromEntries(own)]));
}

describe('a listing', () => {
  test('has its sets and maps with what they are declared as', () => {
    const { sets } = readTable(listing);
    expect([...sets.values()].map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'map services',
      'map service-endpoints-tcp',
      'map no-endpoint-node-ports',
      'set cluster-ips',
      'set KUBE-SEP-ABCDEFGHIJKLMNOP-clients',
    ]);
    expect(sets.get('services')?.properties).toEqual([
      'type ipv4_addr . inet_proto . inet_service : verdict',
      'counter',
    ]);
  });

  test('has its elements without what they counted, and none that packets added', () => {
    expect(elementsOf(readTable(listing))).toEqual({
      services: {
        '10.96.0.1 . tcp . 443': 'goto KUBE-SVC-tcp-random-1',
        '10.96.0.10 . udp . 53': 'goto KUBE-SVC-udp-random-2',
      },
      'service-endpoints-tcp': { '10.96.0.1 . 443 . 0': '192.168.50.10 . 6443' },
      'cluster-ips': { '10.96.0.1': '', '10.96.0.10': '' },
    });
  });

  test('has its chains, with the hook of those that one calls, and rules as they stand', () => {
    const { chains } = readTable(listing);
    expect([...chains.values()]).toEqual([
      {
        name: 'nat-output',
        hook: 'type nat hook output priority -100; policy accept;',
        rules: ['jump KUBE-SERVICES'],
      },
      {
        name: 'KUBE-SERVICES',
        hook: undefined,
        rules: ['ip daddr . meta l4proto . th dport vmap @services'],
      },
      { name: 'KUBE-REJECT', hook: undefined, rules: ['counter packets 3 bytes 180 reject'] },
      {
        name: 'KUBE-SVC-ABCDEFGHIJKLMNOP',
        hook: undefined,
        rules: [
          'ip saddr @KUBE-SEP-ABCDEFGHIJKLMNOP-clients goto KUBE-SEP-ABCDEFGHIJKLMNOP',
          'numgen random mod 1 vmap { 0 : goto KUBE-SEP-ABCDEFGHIJKLMNOP } comment "default/web:http"',
        ],
      },
      { name: 'KUBE-EMPTY', hook: undefined, rules: [] },
    ]);
  });

  test('gives each element with its packets to who asks', () => {
    const elements: ListedElement[] = [];
    const reader = new TableReader((element) => elements.push(element));
    for (const line of listing.split('\n')) reader.line(line);
    expect(elements.map(({ key, packets }) => [key, packets])).toEqual([
      ['10.96.0.1 . tcp . 443', 12],
      ['10.96.0.10 . udp . 53', 0],
      ['10.96.0.1 . 443 . 0', 12],
      ['10.96.0.1', 0],
      ['10.96.0.10', 0],
    ]);
    expect(reader.table.elements.size).toBe(0);
  });

  test.each([
    ['in an empty table', 'table ip portolan {\n}\n'],
    ['where there is none', ''],
  ])('%s has nothing', (_, text) => {
    expect(readTable(text)).toEqual({ sets: new Map(), chains: new Map(), elements: new Map() });
  });

  test('of IPv6 has colons in keys and data', () => {
    const text = `table ip6 portolan {
	map service-endpoints-tcp {
		typeof ip6 daddr . tcp dport . numgen random mod 65536 : ip6 daddr . tcp dport
		counter
		elements = { fd00:96::1 . 443 . 0 counter packets 1 bytes 80 : fd00:10::5 . 6443,
			     fd00:96::1 . 443 . 1 : ::1 . 6443 }
	}

	set cluster-ips {
		type ipv6_addr
		elements = { fd00:96::1,
			     :: }
	}
}
`;
    expect(elementsOf(readTable(text))).toEqual({
      'service-endpoints-tcp': {
        'fd00:96::1 . 443 . 0': 'fd00:10::5 . 6443',
        'fd00:96::1 . 443 . 1': '::1 . 6443',
      },
      'cluster-ips': { 'fd00:96::1': '', '::': '' },
    });
  });

  test('by --terse and --handle has the same names', () => {
    const text = `table ip portolan { # handle 4
	map services { # handle 1
		type ipv4_addr . inet_proto . inet_service : verdict
	}

	chain KUBE-DROP { # handle 5
		counter packets 0 bytes 0 drop # handle 6
	}
}
`;
    const { sets, chains } = readTable(text);
    expect([...sets.keys(), ...chains.keys()]).toEqual(['services', 'KUBE-DROP']);
    expect(chains.get('KUBE-DROP' as Parameters<typeof chains.get>[0])?.rules).toHaveLength(1);
  });

  test.each([
    ['comments of elements', '10.0.0.1 comment "theirs"', '10.0.0.1'],
    ['timeouts of elements', '10.0.0.1 timeout 5m expires 4m2s', '10.0.0.1'],
  ])('leaves out %s', (_, element, key) => {
    const text = `table ip portolan {\n\tset cluster-ips {\n\t\ttype ipv4_addr\n\t\telements = { ${element} }\n\t}\n}\n`;
    expect(elementsOf(readTable(text))).toEqual({ 'cluster-ips': { [key]: '' } });
  });

  test('says names where a machine has only the numbers of protocols', () => {
    const text = `table ip portolan {
	map services {
		elements = { 10.96.0.1 . 6 . 17 : goto a, 10.96.0.1 . 17 . 6 : goto b }
	}
	map node-ports {
		elements = { 132 . 6 : goto c }
	}
	map service-endpoints-tcp {
		elements = { 10.96.0.1 . 6 . 17 : 10.0.0.6 . 6 }
	}
	map node-port-endpoints-udp {
		elements = { 17 . 6 : 10.0.0.6 . 6 }
	}
	set hairpin {
		elements = { 10.0.0.6 . 10.0.0.6 . 6 . 80 }
	}
	chain KUBE-SEP-A {
		meta l4proto 132 counter packets 0 bytes 0 dnat to 10.0.0.6:6
	}
}
`;
    const table = readTable(text);
    expect(elementsOf(table)).toEqual({
      services: { '10.96.0.1 . tcp . 17': 'goto a', '10.96.0.1 . udp . 6': 'goto b' },
      'node-ports': { 'sctp . 6': 'goto c' },
      'service-endpoints-tcp': { '10.96.0.1 . 6 . 17': '10.0.0.6 . 6' },
      'node-port-endpoints-udp': { '17 . 6': '10.0.0.6 . 6' },
      hairpin: { '10.0.0.6 . 10.0.0.6 . tcp . 80': '' },
    });
    expect([...table.chains.values()][0]?.rules).toEqual([
      'meta l4proto sctp counter packets 0 bytes 0 dnat to 10.0.0.6:6',
    ]);
  });
});

test.for([
  [
    'type nat hook output priority dstnat; policy accept;',
    'type nat hook output priority -100; policy accept;',
  ],
  [
    'type filter hook output priority dstnat - 10; policy accept;',
    'type filter hook output priority -110; policy accept;',
  ],
  [
    'type nat hook prerouting priority dstnat; policy accept;',
    'type nat hook prerouting priority dstnat; policy accept;',
  ],
])('the priority of "%s" is read as nft 1.0 lists it', ([listed, read]) => {
  const { chains } = readTable(`table ip portolan {\n\tchain c {\n\t\t${listed}\n\t}\n}\n`);
  expect([...chains.values()].map(({ hook }) => hook)).toEqual([read]);
});

test('the first bit of the mark is read as nft 1.0 lists it', () => {
  const rule =
    'meta mark & 0x80000000 != 0x00000000 meta mark set meta mark ^ 0x80000000 masquerade fully-random';
  const { chains } = readTable(`table ip portolan {\n\tchain c {\n\t\t${rule}\n\t}\n}\n`);
  expect([...chains.values()].flatMap(({ rules }) => rules)).toEqual([
    'meta mark != 0x00000000/1 meta mark set meta mark ^ 0x80000000 masquerade fully-random',
  ]);
});

test.each([
  [
    'service-endpoints-tcp',
    'type ipv4_addr . inet_service . mark : ipv4_addr . inet_service',
    'typeof ip daddr . tcp dport . numgen random mod 65536 : ip daddr . tcp dport',
    ['10.96.0.10 . 80 . 0x0000000a : 10.244.0.5 . 8080', '10.96.0.10 . 80 . 10'],
  ],
  [
    'node-port-local-endpoints-udp',
    'type inet_service . mark : ipv6_addr . inet_service',
    'typeof udp dport . numgen random mod 65536 : ip6 daddr . udp dport',
    ['30053 . 0x00000100 : fd00::5 . 53', '30053 . 256'],
  ],
])('slots of %s, which nft lists as marks, are read as numbers', (map, type, declared, [element, key]) => {
  const text = `table ip portolan {\n\tmap ${map} {\n\t\t${type}\n\t\tcounter\n\t\telements = { ${element} }\n\t}\n}\n`;
  const { sets, elements } = readTable(text);
  expect([...sets.values()].map(({ properties }) => properties)).toEqual([[declared, 'counter']]);
  expect([...(elements.get(map as SetName)?.keys() ?? [])]).toEqual([key]);
});
