import { expect, test } from 'vitest';
import type { LogLine } from '../support/cli/read-log.ts';
import { servers } from '../support/cluster/addresses.ts';
import { objectPath } from '../support/cluster/api-client.ts';
import { atApiServer } from '../support/cluster/at-api-server.ts';
import { type AuditedRequest, isList } from '../support/cluster/audit.ts';
import type { Cluster } from '../support/cluster/cluster.ts';
import { newEndpoint, target, web } from '../support/cluster/objects.ts';
import type { Portolan } from '../support/cluster/portolan.ts';
import { until } from '../support/until.ts';

const isCutOff = ({ msg }: LogLine) => msg.startsWith('cannot follow the API server');

atApiServer('when the API server cannot be reached', {}, (cluster) => {
  test('the rules stay, and the watches go on from where they were without a list', async () => {
    await using node = await cluster().addNode();
    const { service, slice, endpoint } = web();
    await cluster().api.create(service, slice);
    const portolan = await node.startPortolan([], { server: servers.relay });
    await portolan.programmed();
    const known = (await node.requests()).length;
    const other = newEndpoint();
    await cutOff(cluster(), portolan, async () => {
      await cluster().api.patch(objectPath(slice), { endpoints: [{ addresses: [other] }] });
      expect(await node.nftables()).toContain(target(endpoint));
    });
    await until(node.nftables, (rules) => rules.includes(target(other)));
    const since = (await node.requests()).slice(known);
    expect(since.filter(isList)).toEqual([]);
  });

  test('killed and started again, it is asked for one list of each kind at most', async () => {
    await using node = await cluster().addNode();
    const { service, slice, endpoint } = web();
    await cluster().api.create(service, slice);
    const portolan = await node.startPortolan();
    await portolan.programmed();
    const [known, rules] = [(await node.requests()).length, await node.nftables()];
    const missed = portolan.nextLogged(isCutOff);
    await cluster().plane.killApiServer();
    await missed;
    expect(await node.nftables()).toBe(rules);
    await cluster().plane.startApiServer();
    const other = newEndpoint();
    await cluster().api.patch(objectPath(slice), { endpoints: [{ addresses: [other] }] });
    await until(node.nftables, (text) => text.includes(target(other)) && !text.includes(target(endpoint)));
    expect(mostListsOfAKind((await node.requests()).slice(known))).toBeLessThanOrEqual(1);
  });

  test('what changed while it could not be reached, and was itself started again, is programmed', async () => {
    await using node = await cluster().addNode();
    const [changed, removed, added] = [web(), web(), web()];
    const { api, plane } = cluster();
    await api.create(changed.service, changed.slice, removed.service, removed.slice);
    const portolan = await node.startPortolan([], { server: servers.relay });
    await portolan.programmed();
    const known = (await node.requests()).length;
    const other = newEndpoint();
    await cutOff(cluster(), portolan, async () => {
      await api.patch(objectPath(changed.slice), { endpoints: [{ addresses: [other] }] });
      await api.remove(objectPath(removed.service), objectPath(removed.slice));
      await api.create(added.service, added.slice);
      await plane.killApiServer();
      await plane.startApiServer();
    });
    await until(
      node.nftables,
      (rules) =>
        rules.includes(target(other)) &&
        rules.includes(target(added.endpoint)) &&
        !rules.includes(target(changed.endpoint)) &&
        !rules.includes(removed.clusterIP),
    );
    expect(mostListsOfAKind((await node.requests()).slice(known))).toBeLessThanOrEqual(1);
  });

  test('Portolan that starts meanwhile waits for it', async () => {
    await using node = await cluster().addNode();
    const { service, slice, endpoint } = web();
    await cluster().api.create(service, slice);
    await cluster().plane.killApiServer();
    const portolan = await node.startPortolan();
    await portolan.logged(isCutOff);
    await cluster().plane.startApiServer();
    await portolan.programmed();
    expect(await node.nftables()).toContain(target(endpoint));
  });

  test('its state counts, also where it comes back with an older one from a backup', async () => {
    await using node = await cluster().addNode();
    const { api, plane } = cluster();
    const [changed, removed, added] = [web(), web(), web()];
    await api.create(changed.service, changed.slice, removed.service, removed.slice);
    const backup = await plane.backUpEtcd();
    const later = newEndpoint();
    await api.patch(objectPath(changed.slice), { endpoints: [{ addresses: [later] }] });
    await api.remove(objectPath(removed.service), objectPath(removed.slice));
    await api.create(added.service, added.slice);
    // Its start alone makes some changes: they must not bring it to the version that Portolan knows.
    for (let times = 0; times < 300; times++) await api.patch(objectPath(added.service), countedTo(times));
    const portolan = await node.startPortolan();
    await portolan.programmed();
    expect(await node.nftables()).toContain(target(later));
    await plane.killApiServer();
    await plane.restoreEtcd(backup);
    await plane.startApiServer();
    await until(
      node.nftables,
      (rules) =>
        rules.includes(target(changed.endpoint)) &&
        rules.includes(target(removed.endpoint)) &&
        !rules.includes(target(later)) &&
        !rules.includes(added.clusterIP),
    );
  });
});

// Without its cache the API server hands on that etcd has forgotten what a watch asks for.
atApiServer(
  'where etcd has forgotten what happened meanwhile',
  { flags: ['--watch-cache=false'] },
  (cluster) => {
    test('each kind is listed once', async () => {
      await using node = await cluster().addNode();
      const { api, plane } = cluster();
      const [changed, removed] = [web(), web()];
      await api.create(changed.service, changed.slice, removed.service, removed.slice);
      const portolan = await node.startPortolan([], { server: servers.relay });
      await portolan.programmed();
      const known = (await node.requests()).length;
      const expired = portolan.nextLogged(({ msg }) => msg.includes('too far behind'));
      const other = newEndpoint();
      await cutOff(cluster(), portolan, async () => {
        await api.patch(objectPath(changed.slice), { endpoints: [{ addresses: [other] }] });
        await api.remove(objectPath(removed.service), objectPath(removed.slice));
        await plane.compactEtcd();
      });
      await expired;
      await until(
        node.nftables,
        (rules) =>
          rules.includes(target(other)) &&
          !rules.includes(removed.clusterIP) &&
          !rules.includes(target(removed.endpoint)),
      );
      expect(mostListsOfAKind((await node.requests()).slice(known))).toBe(1);
    });
  },
);

/** Keeps the API server from Portolan, which comes by the relay, while something is done. */
async function cutOff({ relay }: Cluster, portolan: Portolan, act: () => Promise<void>): Promise<void> {
  const missed = portolan.nextLogged(isCutOff);
  await relay.cut();
  try {
    await missed;
    await act();
  } finally {
    await relay.mend();
  }
}

function countedTo(times: number): object {
  return { metadata: { annotations: { times: String(times) } } };
}

function mostListsOfAKind(requests: readonly AuditedRequest[]): number {
  const lists = requests.filter((request) => isList(request) && request.status === 200);
  return Math.max(
    0,
    ...Map.groupBy(lists, ({ resource }) => resource)
      .values()
      .map((all) => all.length),
  );
}
