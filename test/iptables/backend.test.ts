import { describe, expect, test } from 'vitest';
import { type Failure, ToolError } from '../../src/backend/failure.ts';
import { IptablesBackend } from '../../src/iptables/backend.ts';
import { isServiceChain } from '../../src/iptables/chain-names.ts';
import type { BatchSize } from '../../src/iptables/restore-input.ts';
import { iptablesRuleFiles } from '../../src/kernel/rule-files.ts';
import type { Change } from '../../src/state/records.ts';
import { FakeRuleTool } from '../support/fake-rule-tool.ts';
import { options, proxy } from '../support/iptables/proxy.ts';
import { address, endpoint, service, serviceKey, slice, sliceKey } from '../support/records.ts';

const web: readonly Change[] = [
  { kind: 'Service', key: serviceKey('default/web'), record: service() },
  {
    kind: 'EndpointSlice',
    key: sliceKey('default/web-1'),
    record: slice([endpoint('10.0.0.1'), endpoint('10.0.0.2')]),
  },
];

const foreign = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A DOCKER-USER -j RETURN
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:FLANNEL-POSTRTG - [0:0]
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A FLANNEL-POSTRTG -s 10.244.0.0/16 -j RETURN
COMMIT
`;

describe('a full sync', () => {
  test('over its own rules changes nothing', async () => {
    const { tool, apply } = proxy();
    await apply(web);
    const restarted = proxy('all', tool.text());
    await restarted.apply(web);
    expect(restarted.tool.inputs).toEqual([]);
  });

  test('leaves the chains and rules of other programs as they are', async () => {
    const { tool, apply } = proxy('all', foreign);
    await apply(web);
    expect(tool.chain('filter', 'DOCKER-USER')).toEqual(['-j RETURN']);
    expect(tool.chain('filter', 'FORWARD')?.at(-1)).toBe('-j DOCKER-USER');
    expect(tool.chain('nat', 'FLANNEL-POSTRTG')).toEqual(['-s 10.244.0.0/16 -j RETURN']);
    expect(tool.chain('nat', 'POSTROUTING')?.at(-1)).toContain('-j FLANNEL-POSTRTG');
  });

  test('takes a jump in the shape of its own for its own, wherever it stands, and never doubles it', async () => {
    const moved =
      '*nat\n:KUBE-SERVICES - [0:0]\n-A PREROUTING -j RETURN\n-A PREROUTING -j KUBE-SERVICES\nCOMMIT\n';
    const { tool, apply } = proxy('all', moved);
    await apply(web);
    expect(tool.chain('nat', 'PREROUTING')).toEqual(['-j RETURN', '-j KUBE-SERVICES']);
  });

  test.each([
    ['a condition', '-s 10.0.0.0/8 -j KUBE-SERVICES'],
    [
      'a condition of its own beside the comment',
      '-i eth0 -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    ],
    ['a match that never holds', '-m conntrack --ctstate INVALID -j KUBE-SERVICES'],
    ['no way back', '-g KUBE-SERVICES'],
  ])('puts its own jump before one that has %s, and leaves that alone', async (_, jump) => {
    const others = `*nat\n:KUBE-SERVICES - [0:0]\n-A PREROUTING ${jump}\nCOMMIT\n`;
    const { tool, apply, syncer } = proxy('all', others);
    await apply(web);
    const ours = '-m comment --comment "kubernetes service portals" -j KUBE-SERVICES';
    expect(tool.chain('nat', 'PREROUTING')).toEqual([ours, jump]);
    expect(await syncer.inspect()).toEqual([]);
  });

  test('mends a jump that somebody made conditional', async () => {
    const { tool, apply } = proxy();
    await apply(web);
    const intact = tool.chain('nat', 'OUTPUT');
    const restarted = proxy(
      'all',
      tool.text().replace('-A OUTPUT -m comment', '-A OUTPUT -d 10.96.0.0/24 -m comment'),
    );
    await restarted.apply(web);
    expect(restarted.tool.chain('nat', 'OUTPUT')?.slice(0, 1)).toEqual(intact);
  });

  test('mends a rule that somebody removed, and only its chain', async () => {
    const { tool, apply } = proxy();
    await apply(web);
    const damaged = tool.text().replace(/-A KUBE-SVC-\S+ .*10\.0\.0\.2:8080.*\n/, '');
    const again = proxy('all', damaged);
    await again.apply(web);
    expect(again.tool.text()).toBe(tool.text());
    expect(again.tool.inputs).toHaveLength(1);
    expect(again.tool.inputs.join().match(/^:\S+/gm)).toHaveLength(1);
  });

  test('removes chains of Services that are no more', async () => {
    const { tool, apply } = proxy();
    await apply(web);
    const restarted = proxy('all', tool.text());
    await restarted.syncer.sync();
    expect([...restarted.tool.chains('nat').keys()].filter(isServiceChain)).toEqual([]);
  });

  test('keeps the rules that the kubelet has in KUBE-FIREWALL where Portolan has none', async () => {
    const tool = new FakeRuleTool(
      'all',
      '*filter\n:KUBE-FIREWALL - [0:0]\n-A KUBE-FIREWALL -s 192.0.2.1/32 -j DROP\nCOMMIT\n',
    );
    const backend = new IptablesBackend('IPv4', tool, iptablesRuleFiles(), async () => ({
      ...options,
      localhostNodePorts: false,
    }));
    await backend.syncAll(new Map());
    expect(tool.chain('filter', 'KUBE-FIREWALL')).toEqual(['-s 192.0.2.1/32 -j DROP']);
  });
});

describe('a partial sync', () => {
  test('of one replaced endpoint writes its two chains and no dispatch chain', async () => {
    const { tool, apply } = proxy();
    await apply(web);
    tool.inputs.length = 0;
    await apply([
      {
        kind: 'EndpointSlice',
        key: sliceKey('default/web-1'),
        record: slice([endpoint('10.0.0.1'), endpoint('10.0.0.3')]),
      },
    ]);
    const [input = ''] = tool.inputs;
    expect(tool.inputs).toHaveLength(1);
    expect(input).not.toContain('KUBE-SERVICES');
    expect(input.match(/^:KUBE-SEP/gm)).toHaveLength(2);
    expect(input.match(/^-X KUBE-SEP/gm)).toHaveLength(1);
    expect(input.match(/^:KUBE-SVC/gm)).toHaveLength(1);
  });

  test('without a change that rules show calls nothing', async () => {
    const { tool, apply } = proxy();
    await apply(web);
    tool.inputs.length = 0;
    await apply(web);
    expect(tool.inputs).toEqual([]);
  });

  test('that fails is followed by a full one', async () => {
    const { tool, apply, syncer } = proxy();
    await apply(web);
    tool.refuses = /10\.0\.0\.9/;
    const changed = { ...web[1], record: slice([endpoint('10.0.0.9')]) } as Change;
    expect(await apply([changed])).toMatchObject([{ scope: 'partial', result: 'failed' }]);
    tool.refuses = undefined;
    expect(await syncer.sync()).toMatchObject([{ scope: 'full', result: 'done' }]);
    expect(tool.text()).toContain('10.0.0.9:8080');
  });
});

describe('a Service that the kernel does not take', () => {
  const other: readonly Change[] = [
    {
      kind: 'Service',
      key: serviceKey('default/other'),
      record: service({ key: serviceKey('default/other'), clusterIPs: [address('10.96.0.11')] }),
    },
    {
      kind: 'EndpointSlice',
      key: sliceKey('default/other-1'),
      record: slice([endpoint('10.0.0.9')], {
        key: sliceKey('default/other-1'),
        service: serviceKey('default/other'),
      }),
    },
  ];

  test.each<BatchSize>(['all', 1, 100])(
    'is named and left out, and the rest is in force (batches of %s)',
    async (batchSize) => {
      const { tool, apply } = proxy(batchSize);
      tool.refuses = /10\.0\.0\.9/;
      const [outcome] = await apply([...web, ...other]);
      expect(outcome).toMatchObject({ result: 'done', refused: [{ object: 'Service default/other' }] });
      expect(tool.text()).toContain('10.0.0.1:8080');
      expect(tool.text()).not.toContain('default/other');
    },
  );

  test.each<[string, RegExp, readonly Change[]]>([
    ['the rule that leads to it', /^-d 10\.96\.0\.11\/32 .* -j KUBE-SVC-/, other],
    [
      'the rule that refuses its traffic, since it has no endpoint',
      /^-d 10\.96\.0\.11\/32 .* -j REJECT/,
      other.slice(0, 1),
    ],
  ])('is found by %s', async (_, refuses, objects) => {
    const { tool, apply } = proxy();
    tool.refuses = refuses;
    const [outcome] = await apply([...web, ...objects]);
    expect(outcome).toMatchObject({ result: 'done', refused: [{ object: 'Service default/other' }] });
    expect(tool.text()).toContain('10.0.0.1:8080');
    expect(tool.text()).not.toMatch(/default\/other|KUBE-PROXY-TRIAL/);
  });

  test('is tried again when it changes', async () => {
    const { tool, apply } = proxy();
    tool.refuses = /10\.0\.0\.9/;
    await apply([...web, ...other]);
    const mended = {
      ...other[1],
      record: slice([endpoint('10.0.0.8')], { service: serviceKey('default/other') }),
    };
    const [outcome] = await apply([mended as Change]);
    expect(outcome).toMatchObject({ scope: 'partial', result: 'done', refused: [] });
    expect(tool.text()).toContain('10.0.0.8:8080');
  });

  test.each<Failure>(['unable', 'unknown', 'permission', 'missing'])(
    'is not looked for where the machine, not a rule, is at fault (%s)',
    async (failure) => {
      const { tool, apply, backend } = proxy();
      await apply(web);
      const before = tool.text();
      const calls: string[] = [];
      tool.restore = async (input) => {
        calls.push([...input].join(''));
        throw new ToolError(failure, 'the lock is held');
      };
      await apply(other);
      expect(await apply([])).toMatchObject([
        { scope: 'full', result: 'failed', error: { message: 'the lock is held' } },
      ]);
      expect(calls).toHaveLength(2);
      expect(backend.refused.size).toBe(0);
      expect(tool.text()).toBe(before);
    },
  );

  test('is not looked for where the rules are refused that no Service changes, and nothing is taken away', async () => {
    const { tool, apply, backend } = proxy(1);
    await apply(web);
    const restarted = proxy(1, tool.text().replace(/-A KUBE-MARK-MASQ .*\n/, ''));
    restarted.tool.refuses = /MARK --set-xmark 0x4000/;
    const many = Array.from({ length: 50 }, (_, at) => ({
      kind: 'Service' as const,
      key: serviceKey(`default/s${at}`),
      record: service({ key: serviceKey(`default/s${at}`), clusterIPs: [address(`10.96.1.${at}`)] }),
    }));
    const message = expect.stringMatching(/^the rules that all Services share are refused/);
    expect(await restarted.apply([...web, ...many])).toMatchObject([
      { result: 'failed', error: { message } },
    ]);
    expect(restarted.tool.calls).toBe(2);
    expect(await restarted.apply([])).toMatchObject([{ result: 'failed', error: { message } }]);
    expect(restarted.tool.calls).toBe(3);
    expect(backend.refused.size).toBe(0);
    expect(restarted.tool.text()).toContain('10.0.0.1:8080');
  });
});
