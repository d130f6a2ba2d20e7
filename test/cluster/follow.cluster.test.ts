import { expect, test } from 'vitest';
import { controlAddress } from '../support/cluster/addresses.ts';
import { objectPath } from '../support/cluster/api-client.ts';
import { atApiServer } from '../support/cluster/at-api-server.ts';
import { newEndpoint, servicePort, target, targetPort, web } from '../support/cluster/objects.ts';
import { until } from '../support/until.ts';

atApiServer('what the API server says is programmed', {}, (cluster) => {
  test('Services and their endpoints, those of the start and all that changes', async () => {
    await using node = await cluster().addNode();
    const early = web();
    await cluster().api.create(early.service, early.slice);
    const portolan = await node.startPortolan();
    await portolan.programmed();
    expect(await node.nftables()).toContain(target(early.endpoint));

    const { service, slice, clusterIP, endpoint } = web();
    await cluster().api.create(service, slice);
    await until(node.nftables, (rules) => rules.includes(target(endpoint)));
    const other = newEndpoint();
    await cluster().api.patch(objectPath(slice), { endpoints: [{ addresses: [other] }] });
    const moved = await until(node.nftables, (rules) => rules.includes(target(other)));
    expect(moved).not.toContain(target(endpoint));
    await cluster().api.remove(objectPath(service), objectPath(slice));
    await until(node.nftables, (rules) => !rules.includes(clusterIP) && !rules.includes(target(other)));
  });

  test('real connections to a ClusterIP reach its endpoint, in either mode', async () => {
    const { service, slice, clusterIP } = web({ endpoints: [{ addresses: [controlAddress] }] });
    await cluster().api.create(service, slice);
    await using _ = await cluster().host.listen({
      protocol: 'tcp',
      address: controlAddress,
      port: targetPort,
    });
    for (const mode of ['nftables', 'iptables']) {
      await using node = await cluster().addNode();
      const portolan = await node.startPortolan(['--proxy-mode', mode]);
      await portolan.programmed();
      const reached = await node.host.connect({
        ...{ protocol: 'tcp', source: node.address, destination: clusterIP, port: servicePort },
        timeoutMs: 10_000,
      });
      expect(reached, mode).toMatchObject({ answer: { server: `${controlAddress}:${targetPort}` } });
    }
  });

  test('in mode iptables too, endpoints that change', async () => {
    await using node = await cluster().addNode();
    const { service, slice, endpoint, clusterIP } = web();
    await cluster().api.create(service, slice);
    const portolan = await node.startPortolan(['--proxy-mode', 'iptables']);
    await portolan.programmed();
    const rules = () => node.host.exec('iptables-save', ['-t', 'nat']);
    const to = (address: string) => `--to-destination ${address}:${targetPort}`;
    expect(await rules()).toContain(to(endpoint));
    const other = newEndpoint();
    await cluster().api.patch(objectPath(slice), { endpoints: [{ addresses: [other] }] });
    await until(rules, (text) => text.includes(to(other)) && !text.includes(to(endpoint)));
    await cluster().api.remove(objectPath(service), objectPath(slice));
    await until(rules, (text) => !text.includes(clusterIP));
  });

  test('SIGTERM ends it, and the rules stay', async () => {
    await using node = await cluster().addNode();
    const { service, slice, endpoint } = web();
    await cluster().api.create(service, slice);
    const portolan = await node.startPortolan();
    await portolan.programmed();
    expect(await portolan.terminate()).toBe(0);
    expect(await node.nftables()).toContain(target(endpoint));
  });
});
