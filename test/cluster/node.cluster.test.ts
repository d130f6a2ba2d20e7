import { expect, test } from 'vitest';
import { atApiServer } from '../support/cluster/at-api-server.ts';
import { newEndpoint, target, web } from '../support/cluster/objects.ts';
import { until } from '../support/until.ts';

const zone = 'topology.kubernetes.io/zone';

atApiServer('the own Node is followed while Portolan runs', {}, (cluster) => {
  test('node ports move to its new address', async () => {
    await using node = await cluster().addNode();
    const { service, slice } = web({ spec: { type: 'NodePort' } });
    await cluster().api.create(service, slice);
    const portolan = await node.startPortolan();
    await portolan.programmed();
    const other = `192.168.61.${node.number}`;
    const at = (address: string) => (rules: string) =>
      rules.includes(`ip daddr ${address} jump KUBE-NODEPORTS`);
    await until(node.nftables, at(node.address));
    await node.host.exec('ip', ['address', 'add', `${other}/32`, 'dev', 'lo']);
    const status = { addresses: [{ type: 'InternalIP', address: other }] };
    await cluster().api.patch(`${node.path}/status`, { status });
    await until(node.nftables, at(other));
  });

  test('its zone decides whose endpoints are used, also when it changes', async () => {
    await using node = await cluster().addNode();
    const [inA, inB] = [newEndpoint(), newEndpoint()];
    const { service, slice } = web({
      spec: { trafficDistribution: 'PreferSameZone' },
      endpoints: [
        { addresses: [inA], zone: 'a', hints: { forZones: [{ name: 'a' }] } },
        { addresses: [inB], zone: 'b', hints: { forZones: [{ name: 'b' }] } },
      ],
    });
    await cluster().api.create(service, slice);
    const moveTo = (name: string) =>
      cluster().api.patch(node.path, { metadata: { labels: { [zone]: name } } });
    await moveTo('a');
    const portolan = await node.startPortolan();
    await portolan.programmed();
    const rules = await node.nftables();
    expect(rules).toContain(target(inA));
    expect(rules).not.toContain(target(inB));
    await moveTo('b');
    await until(node.nftables, (text) => text.includes(target(inB)) && !text.includes(target(inA)));
  });

  test('nothing is programmed by detectLocalMode NodeCIDR before it has pod CIDRs', async () => {
    await using node = await cluster().addNode({ object: (usual) => ({ ...usual, spec: {} }) });
    const { service, slice, endpoint } = web();
    await cluster().api.create(service, slice);
    const portolan = await node.startPortolan(['--detect-local-mode', 'NodeCIDR']);
    await portolan.logged(({ msg }) => msg.includes('has no spec.podCIDRs yet'));
    expect(await node.nftables()).toBe('');
    const podCIDR = `10.245.${node.number}.0/24`;
    await cluster().api.patch(node.path, { spec: { podCIDR, podCIDRs: [podCIDR] } });
    await portolan.programmed();
    const rules = await node.nftables();
    expect(rules).toContain(target(endpoint));
    expect(rules).toContain(podCIDR);
  });

  test('nothing is programmed before it is there, where NodeCIDR needs it', async () => {
    await using node = await cluster().addNode({ object: () => undefined });
    const portolan = await node.startPortolan(['--detect-local-mode', 'NodeCIDR']);
    await portolan.logged(({ msg }) => msg.includes('has no spec.podCIDRs yet'));
    await cluster().api.create(node.usualObject);
    await portolan.programmed();
    expect(await node.nftables()).toContain(`10.244.${node.number}.0/24`);
  });
});
