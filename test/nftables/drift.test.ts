import { describe, expect, test } from 'vitest';
import { isClientSet } from '../../src/nftables/names.ts';
import { objects, web } from '../support/nftables/changes.ts';
import { type FakedProxy, proxy } from '../support/nftables/proxy.ts';
import { address, serviceKey } from '../support/records.ts';

describe("somebody else's change", () => {
  const somebody = async (played: FakedProxy, commands: string) => {
    await played.apply(web);
    expect(await played.syncer.inspect()).toEqual([]);
    await played.tool.apply(`${commands}\n`);
  };

  test.each([
    ['a flushed chain', 'flush chain ip portolan KUBE-SVC-tcp-random-3'],
    [
      'the same rule twice',
      'add rule ip portolan KUBE-SERVICES ip daddr . meta l4proto . th dport vmap @services',
    ],
    ['a chain that was made anew', 'flush chain ip portolan KUBE-DROP\nadd rule ip portolan KUBE-DROP drop'],
    ['a chain of their own', 'add chain ip portolan theirs\nadd rule ip portolan theirs drop'],
    ['a removed element', 'delete element ip portolan services { 10.96.0.10 . tcp . 80 }'],
    [
      'another endpoint in a slot',
      'delete element ip portolan service-endpoints-tcp { 10.96.0.10 . 80 . 0 }\n' +
        'add element ip portolan service-endpoints-tcp { 10.96.0.10 . 80 . 0 : 192.0.2.66 . 8080 }',
    ],
    ['an element too many', 'add element ip portolan cluster-ips { 192.0.2.66 }'],
    ['the whole table gone', 'add table ip portolan\ndelete table ip portolan'],
  ])('(%s) is seen and mended', async (_, commands) => {
    const played = proxy();
    await somebody(played, commands);
    expect(await played.syncer.inspect()).toEqual(['IPv4']);
    await played.syncer.sync();
    await played.tidyUp();
    const afresh = proxy();
    await afresh.apply(web);
    const content = ({ tool }: FakedProxy) => {
      const { chains, sets, elements } = tool.table('IPv4');
      return { chains, sets, elements: new Map([...elements].filter(([, { size }]) => size > 0)) };
    };
    expect(content(played)).toEqual(content(afresh));
    expect(await played.syncer.inspect()).toEqual([]);
  });

  test.each([
    ['empties a chain', 'flush chain ip portolan KUBE-SERVICES'],
    [
      'puts as many other rules into a chain',
      'flush chain ip portolan KUBE-DROP\nadd rule ip portolan KUBE-DROP accept',
    ],
    [
      'adds a base chain',
      'add chain ip portolan theirs { type filter hook forward priority filter; policy drop; }',
    ],
  ])('is seen and mended each time, however often somebody %s', async (_, commands) => {
    const played = proxy();
    await played.apply(web);
    const intact = played.tool.table('IPv4').chains;
    for (let times = 0; times < 4; times += 1) {
      await played.tool.apply(`${commands}\n`);
      expect(await played.syncer.inspect()).toEqual(['IPv4']);
      await played.syncer.sync();
      expect(played.tool.table('IPv4').chains).toEqual(intact);
    }
    expect(await played.syncer.inspect()).toEqual([]);
  });

  test('is not looked for where nobody else has changed rules since the first sync', async () => {
    const played = proxy();
    await played.apply(web);
    const { length } = played.tool.readings;
    expect(await played.syncer.inspect()).toEqual([]);
    await played.apply(objects({}, ['10.0.0.9']));
    expect(await played.syncer.inspect()).toEqual([]);
    expect(played.tool.readings).toHaveLength(length);
  });

  test('to another table is looked at once', async () => {
    const played = proxy();
    await played.apply(web);
    await played.tool.apply('add table ip theirs\n');
    const { length } = played.tool.readings;
    expect(await played.syncer.inspect()).toEqual([]);
    expect(played.tool.readings.length).toBeGreaterThan(length);
    const looked = played.tool.readings.length;
    await played.apply(objects({}, ['10.0.0.9']));
    expect(await played.syncer.inspect()).toEqual([]);
    expect(played.tool.readings).toHaveLength(looked);
  });

  test('that comes before one of ours is seen', async () => {
    const played = proxy();
    await somebody(played, 'delete element ip portolan services { 10.96.0.10 . tcp . 80 }');
    const other = { key: serviceKey('default/other'), clusterIPs: [address('10.96.0.11')] };
    await played.apply(objects(other, ['10.0.0.9']));
    expect(await played.syncer.inspect()).toEqual(['IPv4']);
  });

  test('to elements is seen only where everything is looked at', async () => {
    const played = proxy();
    await somebody(played, 'add element ip portolan cluster-ips { 192.0.2.66 }');
    const plans = played.book.plans('IPv4');
    expect(await played.backends.IPv4.isInForce(plans, 'schema')).toBe(true);
    expect(await played.backends.IPv4.isInForce(plans, 'everything')).toBe(false);
  });

  test('of a client set is no change', async () => {
    const played = proxy();
    await played.apply(objects({ affinityTimeoutSeconds: 600 }, ['10.0.0.1']));
    expect(await played.syncer.inspect()).toEqual([]);
    const set = [...played.tool.table('IPv4').sets.keys()].find(isClientSet);
    if (set === undefined) throw new Error('a set of clients');
    played.tool.remember('IPv4', set, '10.0.0.9');
    expect(await played.syncer.inspect()).toEqual([]);
  });
});
