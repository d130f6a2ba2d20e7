import { expect, test } from 'vitest';
import { objectPath } from '../support/cluster/api-client.ts';
import { atApiServer } from '../support/cluster/at-api-server.ts';
import { target, web } from '../support/cluster/objects.ts';
import { until } from '../support/until.ts';

const proxyName = 'service.kubernetes.io/service-proxy-name';
const headless = 'service.kubernetes.io/headless';

atApiServer('what is not this proxy’s own is left out', {}, (cluster) => {
  test('a Service that names a proxy is that proxy’s alone', async () => {
    const [nobodys, others] = [web(), web({ labels: { [proxyName]: 'other' } })];
    await cluster().api.create(nobodys.service, nobodys.slice, others.service, others.slice);
    for (const { flags, own, foreign } of [
      { flags: [], own: nobodys, foreign: others },
      { flags: ['--service-proxy-name', 'other'], own: others, foreign: nobodys },
    ]) {
      await using node = await cluster().addNode();
      const portolan = await node.startPortolan(flags);
      await portolan.programmed();
      const rules = await node.nftables();
      expect(rules).toContain(target(own.endpoint));
      expect(rules).not.toContain(target(foreign.endpoint));
      expect(rules).not.toContain(foreign.clusterIP);
    }
  });

  test('a Service goes when it names another proxy, and comes back when it no longer does', async () => {
    await using node = await cluster().addNode();
    const { service, slice, clusterIP, endpoint } = web();
    await cluster().api.create(service, slice);
    const portolan = await node.startPortolan();
    await portolan.programmed();
    const label = (name: string | null) =>
      cluster().api.patch(objectPath(service), { metadata: { labels: { [proxyName]: name } } });
    await label('other');
    await until(node.nftables, (rules) => !rules.includes(clusterIP));
    await label(null);
    await until(node.nftables, (rules) => rules.includes(clusterIP) && rules.includes(target(endpoint)));
  });

  test('EndpointSlices of headless Services are not asked for, and go where they become such', async () => {
    await using node = await cluster().addNode();
    const [plain, hidden] = [web(), web()];
    const { api } = cluster();
    const label = (value: string) => ({ metadata: { labels: { [headless]: value } } });
    await api.create(plain.service, plain.slice, hidden.service, hidden.slice);
    await api.patch(objectPath(hidden.slice), label(''));
    const portolan = await node.startPortolan();
    await portolan.programmed();
    const rules = await node.nftables();
    expect(rules).toContain(target(plain.endpoint));
    expect(rules).not.toContain(target(hidden.endpoint));
    await api.patch(objectPath(plain.slice), label(''));
    await until(node.nftables, (text) => !text.includes(target(plain.endpoint)));
  });
});
