import { describe, expect, test } from 'vitest';
import { isServiceChain } from '../../src/iptables/chain-names.ts';
import type { Change, ServiceRecord } from '../../src/state/records.ts';
import { type FakeRuleTool, targetOf } from '../support/fake-rule-tool.ts';
import { proxy } from '../support/iptables/proxy.ts';
import {
  address,
  cidr,
  endpoint,
  service,
  serviceKey,
  servicePort,
  slice,
  sliceKey,
} from '../support/records.ts';

/** A Service of every frontend, and its slice. */
function objects(name: string, host: number, endpoints: readonly string[]): readonly [Change, Change] {
  const key = serviceKey(`default/${name}`);
  const record: Partial<ServiceRecord> = {
    key,
    clusterIPs: [address(`10.96.0.${host}`)],
    loadBalancerIPs: [address(`203.0.113.${host}`)],
    loadBalancerSourceRanges: [cidr('198.51.100.0/24')],
    healthCheckNodePort: 32_000 + host,
    ports: [servicePort({ nodePort: 30_000 + host })],
  };
  const sliceId = sliceKey(`default/${name}-1`);
  return [
    { kind: 'Service', key, record: service(record) },
    {
      kind: 'EndpointSlice',
      key: sliceId,
      record: slice(
        endpoints.map((ip) => endpoint(ip)),
        { key: sliceId, service: key },
      ),
    },
  ];
}

const web = objects('web', 10, ['10.0.0.1']);
const other = objects('other', 20, ['10.0.0.2', '10.0.0.3']);
const withdrawn = ([{ kind, key }]: readonly [Change, Change]) =>
  ({ kind, key, record: undefined }) as Change;

/** A proxy that starts where web and other stand, and does not know all objects. */
async function restarted() {
  const before = proxy();
  await before.apply([...web, ...other]);
  const options = { keepsUnclaimed: true };
  return { ...proxy('all', before.tool.text(), options), options, before: before.tool };
}

/** The rules of a Service in the chains of all Services, and the chains that they lead to. */
function rulesOf(tool: FakeRuleTool, name: string): readonly string[] {
  const dispatch = ['nat', 'filter'].flatMap((table) =>
    [...tool.chains(table)]
      .filter(([chain]) => !isServiceChain(chain))
      .flatMap(([chain, rules]) => rules.map((rule) => ({ chain: `${table} ${chain}`, rule }))),
  );
  const own = dispatch.filter(({ rule }) => rule.includes(`"default/${name}`));
  const reached = new Set<string>();
  const reach = (rule: string) => {
    const target = targetOf(rule) ?? '';
    if (!isServiceChain(target) || reached.has(target)) return;
    reached.add(target);
    for (const next of tool.chain('nat', target) ?? []) reach(next);
  };
  for (const { rule } of own) reach(rule);
  const led = [...reached].map((chain) => `${chain}: ${tool.chain('nat', chain)?.join('; ')}`);
  return [...own.map(({ chain, rule }) => `${chain}: ${rule}`), ...led].sort();
}

describe('where not all objects are known, a first sync', () => {
  test('changes nothing where nothing is known', async () => {
    const { tool, syncer, backend } = await restarted();
    await syncer.sync();
    expect(tool.inputs).toEqual([]);
    expect(backend.kept).toBeGreaterThan(0);
  });

  test('leaves what stands of unknown Services, and programs those that are known', async () => {
    const { tool, apply, before, syncer } = await restarted();
    await apply(objects('web', 10, ['10.0.0.9']));
    expect(rulesOf(tool, 'other')).toEqual(rulesOf(before, 'other'));
    expect(rulesOf(tool, 'web').join()).toContain('10.0.0.9:8080');
    expect(rulesOf(tool, 'web').join()).not.toContain('10.0.0.1:8080');
    expect(await syncer.inspect()).toEqual([]);
  });

  test('leaves the endpoints of a Service whose slices are not known', async () => {
    const { tool, apply, syncer } = await restarted();
    await apply([web[0]]);
    const nat = [...tool.chains('nat').values()].flat();
    expect(nat.filter((rule) => rule.includes('10.0.0.1:8080'))).toHaveLength(2);
    for (const frontend of ['-d 10.96.0.10/32', '-d 203.0.113.10/32'])
      expect(tool.chain('nat', 'KUBE-SERVICES')?.join('\n')).toContain(frontend);
    expect(tool.chain('nat', 'KUBE-NODEPORTS')?.join('\n')).toContain('--dport 30010');
    expect(await syncer.inspect()).toEqual([]);
  });

  test('keeps the jump to the node ports last', async () => {
    const { tool, apply } = await restarted();
    await apply(web);
    expect(tool.chain('nat', 'KUBE-SERVICES')?.at(-1)).toContain('-j KUBE-NODEPORTS');
  });

  test('lets a known Service have an address that an unknown one has', async () => {
    const { tool, apply } = await restarted();
    await apply(objects('thief', 20, ['10.0.0.7']));
    const rules =
      tool.chain('nat', 'KUBE-SERVICES')?.filter((rule) => rule.includes('-d 10.96.0.20/32')) ?? [];
    expect(rules.map((rule) => /"(\S+)/.exec(rule)?.[1])).toEqual([
      'default/thief:http',
      'default/other:http',
    ]);
  });
});

describe('what stays for unknown Services', () => {
  test('is replaced when they become known', async () => {
    const { tool, apply, syncer, backend } = await restarted();
    await apply(web);
    await apply(objects('other', 20, ['10.0.0.3', '10.0.0.8']));
    const whole = proxy();
    await whole.apply([...web, ...objects('other', 20, ['10.0.0.3', '10.0.0.8'])]);
    expect(rulesOf(tool, 'other')).toEqual(rulesOf(whole.tool, 'other'));
    expect(backend.kept).toBe(0);
    expect(await syncer.inspect()).toEqual([]);
  });

  test('is replaced when the endpoints of a known Service become known', async () => {
    const { tool, apply, syncer } = await restarted();
    await apply([web[0], ...other]);
    await apply([objects('web', 10, ['10.0.0.5'])[1]]);
    const whole = proxy();
    await whole.apply(objects('web', 10, ['10.0.0.5']));
    expect(rulesOf(tool, 'web')).toEqual(rulesOf(whole.tool, 'web'));
    expect(await syncer.inspect()).toEqual([]);
  });

  test('goes with a Service that was known, though its endpoints were not', async () => {
    const { tool, apply, syncer } = await restarted();
    await apply([web[0]]);
    await apply([withdrawn(web)]);
    expect(rulesOf(tool, 'web')).toEqual([]);
    expect(rulesOf(tool, 'other')).not.toEqual([]);
    expect(await syncer.inspect()).toEqual([]);
  });

  test('goes when all objects are known', async () => {
    const { tool, apply, options, syncer, backend } = await restarted();
    await apply([web[0]]);
    options.keepsUnclaimed = false;
    syncer.demandFull();
    await syncer.sync();
    const whole = proxy();
    await whole.apply([web[0]]);
    expect(tool.text()).toBe(whole.tool.text());
    expect(backend.kept).toBe(0);
  });

  test('is only what stood at first: what was known since and went does not stay', async () => {
    const { tool, apply, syncer } = await restarted();
    await apply([...web, ...objects('third', 30, ['10.0.0.6'])]);
    syncer.demandFull();
    await apply([withdrawn(objects('third', 30, []))]);
    expect(rulesOf(tool, 'third')).toEqual([]);
    expect(rulesOf(tool, 'other')).not.toEqual([]);
  });
});

test('after a sync with all objects nothing stays any more', async () => {
  const { tool, apply, options, syncer } = await restarted();
  options.keepsUnclaimed = false;
  await apply([...web, ...other]);
  options.keepsUnclaimed = true;
  syncer.demandFull();
  await apply([withdrawn(other)]);
  expect(rulesOf(tool, 'other')).toEqual([]);
});
