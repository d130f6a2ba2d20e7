import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { changesDuring } from '../support/traffic/changes.ts';
import { holdConnections } from '../support/traffic/hold-connections.ts';
import { servicePort, web } from '../support/traffic/objects.ts';
import { failures, openConnections } from '../support/traffic/open-connections.ts';
import { type Stage, sharedStage } from '../support/traffic/stage.ts';
import { startTraffic } from '../support/traffic/start-traffic.ts';
import { elementsOf, listTable, untilServedBy } from '../support/traffic/table.ts';

const unavailable = labUnavailable();
if (unavailable !== undefined) test('a restart', ({ skip }) => skip(unavailable));

const nodePort = 30_080;
const echoPort = 9_000;
const restarts = [
  { signal: 'SIGTERM', addresses: ipv4 },
  { signal: 'SIGKILL', addresses: ipv6 },
] as const;

describe.skipIf(unavailable).each(restarts)('a restart after $signal', ({ signal, addresses }) => {
  const { service, client, pod } = addresses;
  const borrow = sharedStage(addresses, 6);

  test('fails no connection', async () => {
    const stage = await borrow();
    await writeServices(stage);
    await Promise.all([0, 1, 2].map((n) => echo(stage, pod(n))));
    await using first = await stage.start();
    await using traffic = startTraffic(stage, nodePort);
    const talk = { count: 8, source: client(2), destination: service(1), port: servicePort };
    await using holder = await holdConnections(stage.clients, talk);
    await first.stop(signal);
    await using _second = await stage.start();
    expect(failures(await traffic.stop(100))).toEqual([]);
    expect((await holder.stop()).filter(({ error }) => error !== undefined)).toEqual([]);
  });

  test('changes nothing: rules, handles, counters and clients stay', async () => {
    const stage = await borrow();
    await writeServices(stage);
    await using first = await stage.start();
    await openSome(stage, [service(0), service(1), service(2)]);
    const before = await listTable(stage);
    const changes = await changesDuring(stage.node, async () => {
      await first.stop(signal);
      await using _second = await stage.start();
    });
    expect(changes).toEqual([]);
    expect(await listTable(stage)).toBe(before);
    expect(before).toContain(`${client(0)} timeout`);
  });

  test('applies what changed while it was away, and only that', async () => {
    const stage = await borrow();
    await stage.write(
      'changed',
      web({ name: 'changed', clusterIP: service(0), endpoints: [0, 1, 2].map(pod) }),
    );
    await stage.write('removed', web({ name: 'removed', clusterIP: service(1), endpoints: [pod(3)] }));
    await stage.write(
      'same',
      web({ name: 'same', clusterIP: service(2), endpoints: [3, 4].map(pod), nodePort }),
    );
    await using first = await stage.start();
    await openSome(stage, [service(0), service(1), service(2)]);
    const before = countersOf(await listTable(stage));
    await first.stop(signal);
    await stage.write(
      'changed',
      web({ name: 'changed', clusterIP: service(0), endpoints: [0, 1, 5].map(pod) }),
    );
    await stage.remove('removed');
    await stage.write('added', web({ name: 'added', clusterIP: service(3), endpoints: [pod(5)] }));
    const changes = await changesDuring(stage.node, async () => {
      await using _second = await stage.start();
      await untilServedBy(stage, service(1), []);
    });
    await untilServedBy(stage, service(0), [0, 1, 5].map(pod));
    expect(changes.filter((line) => line.includes(service(2)) || line.includes(`${nodePort}`))).toEqual([]);
    const after = countersOf(await listTable(stage));
    const isKept = (key: string) =>
      ![service(1), service(3), pod(2), pod(5)].some((gone) => key.includes(`${gone} `));
    const kept = (counters: ReadonlyMap<string, number>) =>
      [...counters].filter(([key]) => isKept(key)).sort();
    expect(changes.join()).toContain(`${pod(5)}`);
    expect(kept(after)).toEqual(kept(before));
    expect(kept(before).some(([, packets]) => packets > 0)).toBe(true);
    expect(failures(await openSome(stage, [service(0), service(2), service(3)]))).toEqual([]);
  });
});

/** One of each kind: by chance and on a node port, talkative, and with affinity. */
async function writeServices({ write, addresses: { service, pod } }: Stage): Promise<void> {
  const endpoints = [0, 1, 2].map(pod);
  await write('web', web({ clusterIP: service(0), endpoints, nodePort }));
  await write('talk', web({ name: 'talk', clusterIP: service(1), endpoints, targetPort: echoPort }));
  const spec = { sessionAffinity: 'ClientIP' };
  await write('affine', web({ name: 'affine', clusterIP: service(2), endpoints, spec }));
}

function echo({ pods }: Stage, address: Address): Promise<AsyncDisposable> {
  return pods.listen({ protocol: 'tcp', address, port: echoPort, echo: true });
}

async function openSome({ clients, addresses }: Stage, services: readonly Address[]) {
  const attempts = services.map((destination) =>
    openConnections(
      clients,
      { protocol: 'tcp', sources: [addresses.client(0)], destination, port: servicePort },
      10,
    ),
  );
  return (await Promise.all(attempts)).flat();
}

/** Packets by element, its data included: a slot that another endpoint has is another element. */
function countersOf(table: string): ReadonlyMap<string, number> {
  return new Map(
    elementsOf(table).map(({ set, key, data, packets }) => [`${set} ${key} : ${data} `, packets]),
  );
}
