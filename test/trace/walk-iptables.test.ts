import { describe, expect, test } from 'vitest';
import { save } from '../support/trace/save.ts';
import { courseOf, nodeAddress, traceText } from '../support/trace/trace-text.ts';

const service = save({
  nat: `
    -A PREROUTING -j KUBE-SERVICES
    -A OUTPUT -j KUBE-SERVICES
    -A POSTROUTING -j KUBE-POSTROUTING
    -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-WEB
    -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
    -A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-EXT-WEB
    -A KUBE-EXT-WEB -j KUBE-MARK-MASQ
    -A KUBE-EXT-WEB -j KUBE-SVC-WEB
    -A KUBE-SVC-WEB -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-A
    -A KUBE-SVC-WEB -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-B
    -A KUBE-SVC-WEB -j KUBE-SEP-C
    -A KUBE-SEP-A -s 10.244.0.5/32 -j KUBE-MARK-MASQ
    -A KUBE-SEP-A -p tcp -m tcp -j DNAT --to-destination 10.244.0.5:8080
    -A KUBE-SEP-B -s 10.244.0.6/32 -j KUBE-MARK-MASQ
    -A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination 10.244.0.6:8080
    -A KUBE-SEP-C -s 10.244.0.7/32 -j KUBE-MARK-MASQ
    -A KUBE-SEP-C -p tcp -m tcp -j DNAT --to-destination 10.244.0.7:8080
    -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
    -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
    -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
    -A KUBE-POSTROUTING -j MASQUERADE --random-fully`,
});

describe('a Service of three endpoints', () => {
  test('sends a third of the connections to each', () => {
    const { verdict, endpoints, masquerade } = traceText(service, {
      from: '10.244.0.9',
      to: '10.96.0.10:80',
    });
    expect({ verdict, masquerade }).toEqual({ verdict: 'dnat', masquerade: false });
    expect(endpoints.map(({ endpoint, share }) => [endpoint, share.toFixed(4)])).toEqual([
      ['10.244.0.5:8080', '0.3333'],
      ['10.244.0.6:8080', '0.3333'],
      ['10.244.0.7:8080', '0.3333'],
    ]);
  });

  test('is one fork of three in the path, however many rules make it', () => {
    const { path } = traceText(service, { from: '10.244.0.9', to: '10.96.0.10:80' });
    const branch = (share: unknown, end: string) => [
      share,
      `KUBE-SVC-WEB: jump KUBE-SEP-${end}`,
      `KUBE-SEP-${end}: destination-nat`,
      'FORWARD',
      'POSTROUTING',
      'dnat',
    ];
    expect(courseOf(path)).toEqual([
      'PREROUTING',
      'PREROUTING: jump KUBE-SERVICES',
      'KUBE-SERVICES: jump KUBE-SVC-WEB',
      [
        branch(expect.closeTo(1 / 3, 4), 'A'),
        branch(expect.closeTo(1 / 3, 4), 'B'),
        branch(expect.closeTo(1 / 3, 4), 'C'),
      ],
    ]);
  });

  test('masquerades an endpoint that reaches itself, and only then', () => {
    const { endpoints, masquerade } = traceText(service, { from: '10.244.0.6', to: '10.96.0.10:80' });
    expect(masquerade).toBe(true);
    expect(endpoints.map((one) => one.masquerade)).toEqual([false, true, false]);
  });

  test.each(['203.0.113.9', 'node'])('masquerades what comes to the node port from %s', (from) => {
    const { verdict, endpoints } = traceText(service, { from, to: `${nodeAddress}:30080` });
    expect(verdict).toBe('dnat');
    expect(endpoints.map((one) => one.masquerade)).toEqual([true, true, true]);
  });

  test('is not touched by packets of another protocol, port or address', () => {
    for (const to of ['10.96.0.10:81', '10.96.0.11:80', '192.0.2.1:30080'])
      expect(traceText(service, { from: '10.244.0.9', to }).verdict).toBe('untouched');
    expect(traceText(service, { from: '10.244.0.9', to: '10.96.0.10:80', protocol: 'UDP' }).verdict).toBe(
      'untouched',
    );
  });
});

describe('the path through the hooks', () => {
  const everywhere = (rule: string) =>
    save({ filter: ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `-A ${chain} ${rule}`).join('\n') });
  const hooksOf = (from: string, to: string) =>
    courseOf(
      traceText(
        save({ nat: '-A PREROUTING -d 10.96.0.1/32 -p tcp -j DNAT --to-destination 192.168.50.10:6443' }),
        { from, to },
      ).path,
    );

  test('leads from outside to a pod by FORWARD', () => {
    expect(hooksOf('203.0.113.9', '10.244.0.5:80')).toEqual([
      'PREROUTING',
      'FORWARD',
      'POSTROUTING',
      'untouched',
    ]);
  });

  test('leads from outside to the node by INPUT, also where only DNAT makes it the node', () => {
    expect(hooksOf('203.0.113.9', '192.168.50.10:22')).toEqual(['PREROUTING', 'INPUT', 'untouched']);
    expect(hooksOf('10.244.0.5', '10.96.0.1:443')).toEqual([
      'PREROUTING',
      'PREROUTING: destination-nat',
      'INPUT',
      'dnat',
    ]);
  });

  test('leads from the node by OUTPUT, and from it to itself over the loopback interface', () => {
    expect(hooksOf('node', '10.244.0.5:80')).toEqual(['OUTPUT', 'POSTROUTING', 'untouched']);
    expect(hooksOf('node', '127.0.0.1:80')).toEqual([
      'OUTPUT',
      'POSTROUTING',
      'PREROUTING',
      'INPUT',
      'untouched',
    ]);
  });

  test('asks nat no second time on the loopback interface', () => {
    const rules = save({ nat: '-A PREROUTING -p tcp -j DNAT --to-destination 10.244.0.5:80' });
    expect(traceText(rules, { from: 'node', to: '192.168.50.10:80' }).verdict).toBe('untouched');
  });

  test.each([
    ['-j DROP', 'drop'],
    ['-j REJECT --reject-with icmp-port-unreachable', 'reject'],
    ['-j ACCEPT', 'accept'],
    ['-j LOG', 'untouched'],
  ])('ends with %s as %s', (rule, verdict) => {
    for (const [from, to] of [
      ['203.0.113.9', '10.244.0.5:80'],
      ['203.0.113.9', '192.168.50.10:22'],
      ['node', '10.244.0.5:80'],
    ] as const)
      expect(traceText(everywhere(rule), { from, to }).verdict).toBe(verdict);
  });

  test('an accept ends its table only: another table can still drop', () => {
    const rules = save({ mangle: '-A FORWARD -j ACCEPT', filter: '-A FORWARD -j DROP' });
    expect(traceText(rules, { from: '203.0.113.9', to: '10.244.0.5:80' }).verdict).toBe('drop');
  });

  test('a policy drops what no rule accepts', () => {
    const rules = save({ filter: '-P FORWARD DROP\n-A FORWARD -s 10.244.0.0/16 -j ACCEPT' });
    expect(traceText(rules, { from: '203.0.113.9', to: '10.244.0.5:80' }).verdict).toBe('drop');
    expect(traceText(rules, { from: '10.244.0.9', to: '10.244.0.5:80' }).verdict).toBe('accept');
  });

  test('return goes back to the chain that called, goto to the one before', () => {
    const rules = save({
      filter: `
        -A FORWARD -j A
        -A FORWARD -j DROP
        -A A -g B
        -A A -j ACCEPT
        -A B -j RETURN
        -A B -j ACCEPT`,
    });
    expect(traceText(rules, { from: '203.0.113.9', to: '10.244.0.5:80' }).verdict).toBe('drop');
  });

  test.each(['-j', '-g'])(
    'chains that lead to each other by %s, as the kernel takes none, are unknown',
    (call) => {
      const rules = save({ filter: `-A FORWARD ${call} A\n-A A ${call} B\n-A B ${call} A` });
      expect(traceText(rules, { from: '203.0.113.9', to: '10.244.0.5:80' }).verdict).toBe('unknown');
    },
  );

  test('a connection that is not tracked has no NAT', () => {
    const rules = save({
      raw: '-A PREROUTING -d 10.96.0.1/32 -j NOTRACK',
      nat: '-A PREROUTING -d 10.96.0.1/32 -p tcp -j DNAT --to-destination 10.244.0.5:80',
    });
    expect(traceText(rules, { from: '10.244.0.9', to: '10.96.0.1:443' }).verdict).toBe('untouched');
  });

  test('raw sees no state of the connection yet', () => {
    const rules = save({ raw: '-A PREROUTING -m conntrack --ctstate NEW -j DROP' });
    expect(traceText(rules, { from: '10.244.0.9', to: '10.96.0.1:443' }).verdict).toBe('untouched');
  });
});

describe('what is unknown', () => {
  const to = '10.244.0.5:80';

  test('is tried both ways, and named where it makes a difference', () => {
    const rules = save({ filter: '-A FORWARD -m physdev --physdev-in veth1 -j DROP' });
    const { verdict, unknowns } = traceText(rules, { from: '10.244.0.9', to });
    expect(verdict).toBe('unknown');
    expect(unknowns).toEqual(['-m physdev --physdev-in veth1']);
  });

  test('is of no interest where both paths come to the same', () => {
    const rules = save({ filter: '-A FORWARD -m physdev --physdev-in veth1 -j DROP\n-A FORWARD -j DROP' });
    const { verdict, unknowns } = traceText(rules, { from: '10.244.0.9', to });
    expect({ verdict, unknowns }).toEqual({ verdict: 'drop', unknowns: [] });
  });

  test('is not asked where the rest of the rule fails', () => {
    const rules = save({ filter: '-A FORWARD -m physdev --physdev-in veth1 -d 10.244.0.77/32 -j DROP' });
    expect(traceText(rules, { from: '10.244.0.9', to })).toMatchObject({
      verdict: 'untouched',
      unknowns: [],
    });
  });

  test('is not asked by rules that only log or count', () => {
    const rules = save({
      filter: '-A FORWARD -m limit --limit 5/min -j LOG\n-A FORWARD -m physdev --physdev-in veth1',
    });
    expect(courseOf(traceText(rules, { from: '10.244.0.9', to }).path)).not.toContainEqual(expect.any(Array));
  });

  test('ends the path where a target leads out of the rules', () => {
    const rules = save({ filter: '-A FORWARD -j NFQUEUE --queue-num 0' });
    expect(traceText(rules, { from: '10.244.0.9', to }).verdict).toBe('unknown');
  });

  test('an interface that nothing names is unknown; one that is named is not', () => {
    const rules = save({ filter: '-A FORWARD -i docker0 -j DROP' });
    expect(traceText(rules, { from: '10.244.0.9', to }).verdict).toBe('unknown');
    expect(traceText(rules, { from: '10.244.0.9', to, by: 'docker0' }).verdict).toBe('drop');
    expect(traceText(rules, { from: '10.244.0.9', to, by: 'cni0' }).verdict).toBe('untouched');
  });

  test('has one answer on one path: what is asked again is known, and what contradicts it', () => {
    const rules = save({
      filter: `
        -A FORWARD -o docker0 -j A
        -A FORWARD -o docker0 -j DROP
        -A FORWARD -o cali+ -j B
        -A FORWARD ! -o docker0 -j REJECT --reject-with icmp-port-unreachable
        -A A -s 192.0.2.1/32 -j ACCEPT
        -A B -o docker0 -j ACCEPT
        -A B -o cali12 -j DROP
        -A B -o cal+ -j ACCEPT`,
    });
    const { path, unknowns } = traceText(rules, { from: '10.244.0.9', to });
    expect(courseOf(path).at(-1)).toEqual([
      [undefined, 'FORWARD: drop', 'drop'],
      [
        undefined,
        [
          [
            undefined,
            'FORWARD: jump B',
            [
              [undefined, 'B: drop', 'drop'],
              [undefined, 'B: accept', 'POSTROUTING', 'accept'],
            ],
          ],
          [undefined, 'FORWARD: reject', 'reject'],
        ],
      ],
    ]);
    expect(unknowns).toEqual(['it leaves by docker0', 'it leaves by cali*', 'it leaves by cali12']);
  });

  test('the interface back to the sender is taken for the one that it comes in by, and that is said', () => {
    const rules = save({ filter: '-A FORWARD -i cni0 -j DROP' });
    const traced = traceText(rules, { from: '10.244.0.9', to, node: { interfaceTo: () => 'cni0' } });
    expect(traced).toMatchObject({
      verdict: 'drop',
      assumptions: [expect.stringContaining('comes in by cni0')],
    });
  });
});

describe('chance', () => {
  const to = '10.244.0.5:80';

  test('that leads to different verdicts makes them vary', () => {
    const rules = save({ filter: '-A FORWARD -m statistic --mode random --probability 0.25 -j DROP' });
    const { verdict, path } = traceText(rules, { from: '10.244.0.9', to });
    expect(verdict).toBe('varies');
    expect(courseOf(path).at(-1)).toEqual([
      [0.25, 'FORWARD: drop', 'drop'],
      [0.75, 'POSTROUTING', 'untouched'],
    ]);
  });
});

describe('session affinity by xt_recent', () => {
  const rules = save({
    nat: `
      -A PREROUTING -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j SVC
      -A SVC -m recent --rcheck --seconds 10800 --reap --name A --mask 255.255.255.255 --rsource -j A
      -A SVC -m recent --rcheck --seconds 10800 --reap --name B --mask 255.255.255.255 --rsource -j B
      -A SVC -m statistic --mode random --probability 0.5 -j A
      -A SVC -j B
      -A A -p tcp -m recent --set --name A --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.0.5:80
      -A B -p tcp -m recent --set --name B --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.0.6:80`,
  });

  test('sends a client that is remembered to its endpoint', () => {
    const node = { remembers: (list: string) => list === 'B' };
    const traced = traceText(rules, { from: '10.244.0.9', to: '10.96.0.10:80', node });
    expect(traced).toMatchObject({ endpoints: [{ endpoint: '10.244.0.6:80', share: 1 }], assumptions: [] });
  });

  test('takes a client that nobody knows of for a new one, and says so', () => {
    const traced = traceText(rules, { from: '10.244.0.9', to: '10.96.0.10:80' });
    expect(traced.endpoints).toHaveLength(2);
    expect(traced.assumptions).toEqual([expect.stringContaining('10.244.0.9')]);
  });
});
