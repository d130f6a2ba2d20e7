import { describe, expect, test } from 'vitest';
import { courseOf, nodeAddress, traceText } from '../support/trace/trace-text.ts';

const flat = `table ip portolan {
	map slots {
		type inet_service . integer : ipv4_addr . inet_service
		elements = { 80 . 0 : 10.244.0.5 . 8080, 80 . 1 : 10.244.0.6 . 8080,
			     80 . 2 : 10.244.0.7 . 8080 }
	}

	map services {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.0.10 . tcp . 80 comment "shop/web:http" : goto three,
			     10.96.0.11 . tcp . 80 : drop }
	}

	map node-ports {
		type inet_proto . inet_service : verdict
		elements = { tcp . 30080 : goto one }
	}

	set node-addresses {
		type ipv4_addr
		flags interval
		elements = { 192.168.50.0/28 }
	}

	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump dispatch
	}

	chain output {
		type nat hook output priority dstnat; policy accept;
		jump dispatch
	}

	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		meta mark & 0x00004000 == 0x00000000 return
		masquerade fully-random
	}

	chain dispatch {
		ip daddr . meta l4proto . th dport vmap @services
		ip daddr @node-addresses meta l4proto . th dport vmap @node-ports
	}

	chain three {
		meta l4proto tcp dnat ip to th dport . numgen random mod 3 map @slots
	}

	chain one {
		meta mark set meta mark | 0x00004000
		meta l4proto tcp dnat ip to 10.244.0.5:8080
	}
}
`;

describe('a flat table', () => {
  test('leads by a verdict map to a chain of slots, and by each to an endpoint', () => {
    const { verdict, endpoints, masquerade } = traceText(flat, { from: '10.244.0.9', to: '10.96.0.10:80' });
    expect({ verdict, masquerade }).toEqual({ verdict: 'dnat', masquerade: false });
    expect(endpoints).toEqual(
      ['10.244.0.5:8080', '10.244.0.6:8080', '10.244.0.7:8080'].map((endpoint) => ({
        endpoint,
        share: expect.closeTo(1 / 3, 6),
        masquerade: false,
      })),
    );
  });

  test('names the element that decided, and its comment', () => {
    const { path } = traceText(flat, { from: '10.244.0.9', to: '10.96.0.10:80' });
    expect(path).toContainEqual(
      expect.objectContaining({ element: '10.96.0.10 . tcp . 80', comment: 'shop/web:http' }),
    );
  });

  test('drops where the element says so', () => {
    expect(traceText(flat, { from: '10.244.0.9', to: '10.96.0.11:80' }).verdict).toBe('drop');
  });

  test('goes on with the next rule where the map has no such key', () => {
    expect(traceText(flat, { from: '10.244.0.9', to: '10.96.0.10:81' }).verdict).toBe('untouched');
    const { path, masquerade } = traceText(flat, { from: '203.0.113.9', to: `${nodeAddress}:30080` });
    expect(masquerade).toBe(true);
    expect(courseOf(path)).toEqual([
      'PREROUTING',
      'prerouting: jump dispatch',
      'dispatch: goto one',
      'one: mark',
      'one: destination-nat',
      'FORWARD',
      'POSTROUTING',
      'postrouting: masquerade',
      'dnat',
    ]);
  });
});

describe('statements', () => {
  const forward = (...rules: readonly string[]) =>
    `table inet t {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n}\n`;
  const verdictOf = (...rules: readonly string[]) =>
    traceText(forward(...rules), { from: '10.244.0.9', to: '10.244.1.5:80' }).verdict;

  test.each([
    ['ip saddr 10.244.0.0/24 drop', 'drop'],
    ['ip saddr != 10.244.0.0/24 drop', 'untouched'],
    ['ip daddr 10.244.1.4-10.244.1.6 drop', 'drop'],
    ['ip daddr { 10.244.1.1, 10.244.1.5 } drop', 'drop'],
    ['ip6 daddr fd00::5 drop', 'untouched'],
    ['tcp dport { 79-81, 443 } drop', 'drop'],
    ['udp dport 80 drop', 'untouched'],
    ['th dport >= 80 drop', 'drop'],
    ['th dport > 80 drop', 'untouched'],
    ['ct state established,related drop', 'untouched'],
    ['ct state new drop', 'drop'],
    ['ct state vmap { established : drop, new : accept }', 'accept'],
    ['ct status dnat drop', 'untouched'],
    ['meta nfproto ipv4 drop', 'drop'],
    ['meta nfproto ipv6 drop', 'untouched'],
    ['fib daddr type local drop', 'untouched'],
    ['tcp flags syn / fin,syn,rst,ack drop', 'drop'],
    ['meta mark & 0x00000001 != 0x00000000 drop', 'untouched'],
    ['reject with tcp reset', 'reject'],
    ['queue to 0', 'unknown'],
    ['log prefix "x" counter', 'untouched'],
    ['limit rate 5/minute log prefix "x"', 'untouched'],
    ['numgen random mod 100 < 30 drop', 'varies'],
    ['iifname "eth0" drop', 'unknown'],
  ])('%s: %s', (rule, verdict) => {
    expect(verdictOf(rule)).toBe(verdict);
  });

  test('a part of the numbers is that part of the packets', () => {
    const { path } = traceText(forward('numgen random mod 100 < 30 drop'), {
      from: '10.244.0.9',
      to: '10.244.1.5:80',
    });
    expect(courseOf(path).at(-1)).toEqual([
      [0.3, 'forward: drop', 'drop'],
      [0.7, 'POSTROUTING', 'untouched'],
    ]);
  });

  test.each([
    ['numgen random mod 4294967296 < 1073741824 drop', 0.25],
    ['numgen random mod 4294967296 >= 1073741824 drop', 0.75],
    ['numgen random mod 10 != 3 drop', 0.9],
    ['numgen random mod 10 offset 5 == 3 drop', 0],
    ['numgen random mod 10 { 0-2, 7 } drop', 0.4],
    ['numgen random mod 4 vmap { 0 : drop, 1-2 : accept }', 0.25],
  ])('%s drops %d of the packets', (rule, part) => {
    const { path } = traceText(forward(rule), { from: '10.244.0.9', to: '10.244.1.5:80' });
    const fork = path.find(({ kind }) => kind === 'fork');
    const dropped =
      fork?.kind === 'fork'
        ? fork.branches.filter((one) => JSON.stringify(courseOf(one.path)).includes('drop'))
        : [];
    expect(dropped.reduce((sum, { share = 0 }) => sum + share, 0)).toBeCloseTo(part, 9);
  });

  test('numbers that are too many to be paths of their own are unknown', () => {
    expect(verdictOf('meta mark set numgen random mod 4294967295', 'meta mark 0x00000001 drop')).toBe(
      'unknown',
    );
  });

  test('an accept ends its base chain only', () => {
    const rules = `${forward('accept')}table ip late {\n\tchain forward {\n\t\ttype filter hook forward priority filter + 10; policy drop;\n\t}\n}\n`;
    expect(traceText(rules, { from: '10.244.0.9', to: '10.244.1.5:80' }).verdict).toBe('drop');
  });

  test('base chains come in the order of their priorities, not of the listing', () => {
    const chain = (name: string, priority: string, rule: string) =>
      `\tchain ${name} {\n\t\ttype filter hook forward priority ${priority}; policy accept;\n\t\t${rule}\n\t}\n`;
    const rules = `table ip t {\n${chain('late', '10', 'drop')}${chain('early', 'mangle', 'reject')}}\n`;
    expect(traceText(rules, { from: '10.244.0.9', to: '10.244.1.5:80' }).verdict).toBe('reject');
  });

  test('of base chains with the same priority the one made last comes first', () => {
    const table = (name: string, rule: string) =>
      `table ip ${name} {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\t${rule}\n\t}\n}\n`;
    const rules = table('first', 'drop') + table('last', 'reject');
    expect(traceText(rules, { from: '10.244.0.9', to: '10.244.1.5:80' }).verdict).toBe('reject');
  });

  test('iptables and nftables share the hooks, and the first NAT of a connection counts', () => {
    const iptables =
      '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.96.0.10/32 -p tcp -j DNAT --to-destination 10.244.0.5:1\nCOMMIT\n';
    const nftables = (priority: string) =>
      `table ip t {\n\tchain c {\n\t\ttype nat hook prerouting priority ${priority}; policy accept;\n\t\tip daddr 10.96.0.10 dnat to 10.244.0.6\n\t}\n}\n`;
    const endpointOf = (priority: string) =>
      traceText([iptables, nftables(priority)], { from: '10.244.0.9', to: '10.96.0.10:80' }).endpoints[0]
        ?.endpoint;
    expect(endpointOf('dstnat - 1')).toBe('10.244.0.6:80');
    expect(endpointOf('dstnat + 1')).toBe('10.244.0.5:1');
  });

  test('what clients a set remembers decides for them', () => {
    const table = (elements: string) => `table ip t {
	set clients {
		type ipv4_addr
		size 65535
		flags dynamic,timeout
		timeout 3h${elements}
	}

	chain c {
		type nat hook prerouting priority dstnat; policy accept;
		ip saddr @clients dnat to 10.244.0.5
		update @clients { ip saddr } dnat to 10.244.0.6
	}
}
`;
    const known = '\n\t\telements = { 10.244.0.9 timeout 3h expires 2h59m58s }';
    const endpointOf = (text: string) =>
      traceText(text, { from: '10.244.0.9', to: '10.96.0.10:80' }).endpoints[0]?.endpoint;
    expect(endpointOf(table(known))).toBe('10.244.0.5:80');
    expect(endpointOf(table(''))).toBe('10.244.0.6:80');
  });
});
