import { describe, expect, test, vi } from 'vitest';
import { ToolError } from '../../src/backend/failure.ts';
import { isClientSet } from '../../src/nftables/names.ts';
import { elements, endpointsOf, objects, watched, web } from '../support/nftables/changes.ts';
import { outcomesFor, outcomesIn } from '../support/nftables/frontend-outcomes.ts';
import { proxy } from '../support/nftables/proxy.ts';
import { address, serviceKey, servicePort } from '../support/records.ts';

describe('a first sync of many elements', () => {
  /** Each has 1,021 slots in two maps. */
  const many = Array.from({ length: 12 }, (_, at) =>
    objects(
      {
        key: serviceKey(`default/s${at}`),
        clusterIPs: [address(`10.96.1.${at}`)],
        ports: [servicePort({ nodePort: 30_000 + at })],
        balance: 'maglev',
      },
      ['10.0.0.1', '10.0.0.2'],
    ),
  ).flat();

  test('comes in several transactions, of which the last calls it from the hooks', async () => {
    const played = proxy();
    await played.apply(many);
    const commits = played.tool.commits.filter(({ family }) => family === 'IPv4');
    const hooks = commits.map(({ after }) => [...after.chains.values()].filter(({ hook }) => hook).length);
    expect(hooks.length).toBeGreaterThan(2);
    expect(hooks).toEqual([...hooks.slice(1).map(() => 0), 8]);
  });

  test('finds a Service that is refused in the midst of them, and goes on with the rest', async () => {
    const played = proxy();
    played.tool.refuses = /10\.96\.1\.5 /;
    const [outcome] = await played.tryApply(many);
    expect(outcome).toMatchObject({ result: 'done', refused: [{ object: 'Service default/s5' }] });
    const accepted = [...played.book.plans('IPv4')].filter(([key]) => key !== 'default/s5');
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesFor(new Map(accepted)));
  });

  test('is completed where a signal comes between a transaction and its answer', async () => {
    const played = proxy();
    const interrupted = vi.fn().mockImplementationOnce(() => {
      throw new ToolError('interrupted', 'Could not process rule: Interrupted system call');
    });
    played.tool.onCommit = interrupted;
    await played.apply(many);
    expect(interrupted.mock.results[0]?.type).toBe('throw');
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesFor(played.book.plans('IPv4')));
  });

  test('into a table of another form is one transaction', async () => {
    const played = proxy();
    await played.tool.apply(
      'add table ip portolan\nadd set ip portolan cluster-ips { type inet_service; }\n',
    );
    await played.apply(many);
    const [, ...commits] = played.tool.commits.filter(({ family }) => family === 'IPv4');
    expect(commits.map(({ transaction }) => transaction[0]?.kind)).toEqual(['delete-table']);
  });
});

describe('a restart', () => {
  test('keeps the slots that endpoints have, and what clients chose', async () => {
    const first = proxy();
    const sticky = objects(
      {
        key: serviceKey('default/sticky'),
        clusterIPs: [address('10.96.0.11')],
        affinityTimeoutSeconds: 600,
      },
      ['10.0.0.1', '10.0.0.2'],
    );
    await first.apply([...web, ...sticky]);
    await first.apply([endpointsOf('default/web', ['10.0.0.0', '10.0.0.2', '10.0.0.3'])]);
    const { tool } = first;
    for (const set of tool.table('IPv4').sets.keys())
      if (isClientSet(set)) tool.remember('IPv4', set, '10.0.0.9');
    const before = tool.table('IPv4');

    const second = proxy({ tool });
    const commits = watched(second);
    await second.apply([...web, ...sticky, endpointsOf('default/web', ['10.0.0.0', '10.0.0.2', '10.0.0.4'])]);
    expect(commits.map(({ transaction }) => elements(transaction))).toEqual([{ removed: 1, added: 1 }]);
    expect(tool.table('IPv4').elements.get('service-endpoints-tcp')).toEqual(
      new Map([
        ['10.96.0.10 . 80 . 0', '10.0.0.0 . 8080'],
        ['10.96.0.10 . 80 . 1', '10.0.0.2 . 8080'],
        ['10.96.0.10 . 80 . 2', '10.0.0.4 . 8080'],
      ]),
    );
    const clients = [...before.elements].filter(([set]) => isClientSet(set));
    expect(clients).toHaveLength(2);
    for (const [set, own] of clients) expect(tool.table('IPv4').elements.get(set)).toEqual(own);
  });

  test('with other options of the node writes the chains anew that name them, and no element', async () => {
    const first = proxy();
    await first.apply(web);
    const second = proxy({ tool: first.tool, options: () => ({ masqueradeBit: 15 }) });
    const count = first.tool.commits.length;
    await second.apply(web);
    const steps = second.tool.commits.slice(count).flatMap(({ transaction }) => transaction);
    expect(steps.map((step) => `${step.kind} ${'name' in step ? step.name : ''}`)).toEqual([
      'flush-chain KUBE-MARK-MASQ',
      'flush-chain KUBE-POSTROUTING',
      'add-rules KUBE-MARK-MASQ',
      'add-rules KUBE-POSTROUTING',
      'flush-chain KUBE-MARK-MASQ',
      'flush-chain KUBE-POSTROUTING',
      'add-rules KUBE-MARK-MASQ',
      'add-rules KUBE-POSTROUTING',
    ]);
  });

  test('puts a chain that another hook calls back in its place', async () => {
    const first = proxy();
    await first.apply(web);
    const { tool } = first;
    await tool.apply(
      'delete chain ip portolan nat-output\n' +
        'add chain ip portolan nat-output { type nat hook output priority 100; policy accept; }\n' +
        'add rule ip portolan nat-output jump KUBE-SERVICES\n',
    );
    const second = proxy({ tool });
    await second.apply(web);
    const chain = [...tool.table('IPv4').chains.values()].find(({ name }) => name === 'nat-output');
    expect(chain).toMatchObject({
      hook: 'type nat hook output priority -100; policy accept;',
      rules: ['jump KUBE-SERVICES'],
    });
  });

  test.each(['random', 'round-robin'] as const)(
    'keeps %s slots that only a node port has',
    async (balance) => {
      const objectsWith = (endpoints: readonly string[]) =>
        objects(
          { balance, internalTrafficPolicy: 'Local', ports: [servicePort({ nodePort: 30_080 })] },
          endpoints,
        );
      const first = proxy();
      await first.apply(objectsWith(['10.0.0.1', '10.0.0.2', '10.0.0.3']));
      await first.apply(objectsWith(['10.0.0.2', '10.0.0.3']));
      await first.tidyUp();
      const count = first.tool.commits.length;
      await proxy({ tool: first.tool }).apply(objectsWith(['10.0.0.2', '10.0.0.3']));
      expect(first.tool.commits.slice(count)).toEqual([]);
    },
  );

  test('removes what a former version left, chains that lead to each other too', async () => {
    const { tool } = proxy();
    await tool.apply(
      'add table ip portolan\nadd chain ip portolan KUBE-OLD-1\nadd chain ip portolan KUBE-OLD-2\n' +
        'add rule ip portolan KUBE-OLD-2 jump KUBE-OLD-1\nadd rule ip portolan KUBE-OLD-1 drop\n',
    );
    const played = proxy({ tool });
    await played.apply(web);
    await played.tidyUp();
    expect([...tool.table('IPv4').chains.keys()].filter((name) => name.includes('OLD'))).toEqual([]);
  });
});
