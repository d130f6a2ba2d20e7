import { describe, expect, test } from 'vitest';
import { nftFamily } from '../../src/nftables/nftables-options.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { type Addresses, ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { servicePort, web } from '../support/traffic/objects.ts';
import { failures, openConnections } from '../support/traffic/open-connections.ts';
import type { RunningProxy } from '../support/traffic/proxy.ts';
import { createStage, type Stage } from '../support/traffic/stage.ts';
import { listContent } from '../support/traffic/table.ts';
import { until } from '../support/until.ts';

const unavailable = labUnavailable();
if (unavailable !== undefined) test('drift', ({ skip }) => skip(unavailable));

/** What somebody does to our table, as commands of nft in which TABLE stands for its title. */
type Damage = readonly [title: string, commands: (addresses: Addresses) => string];

const elementDamages: readonly Damage[] = [
  ['flushes the table', () => 'flush table TABLE'],
  ['deletes the table', () => 'delete table TABLE'],
  [
    'deletes an element',
    ({ service }) => `delete element TABLE services { ${service(0)} . tcp . ${servicePort} }`,
  ],
  [
    'adds an element',
    ({ service }) => `add element TABLE services { ${service(9)} . tcp . 1 : goto KUBE-DROP }`,
  ],
  [
    'sends a slot elsewhere',
    ({ service, pod }) => `delete element TABLE service-endpoints-tcp { ${service(0)} . ${servicePort} . 0 }
      add element TABLE service-endpoints-tcp { ${service(0)} . ${servicePort} . 0 : ${pod(99)} . 1 }`,
  ],
];

const schemaDamages: readonly Damage[] = [
  ['adds a rule to a chain', () => 'insert rule TABLE KUBE-SERVICES drop'],
  [
    'puts another rule in the place of one',
    () => 'flush chain TABLE nat-output; add rule TABLE nat-output drop',
  ],
  ['adds a rule to a chain of Services', () => 'insert rule TABLE KUBE-SVC-tcp-random-3 drop'],
  ['empties a chain', () => 'flush chain TABLE nat-prerouting'],
  [
    'adds a chain of its own',
    () => 'add chain TABLE mine { type filter hook forward priority 0; policy drop; }',
  ],
];

describe.skipIf(unavailable)('whatever somebody does to the table is mended, and the log says so', () => {
  test('as soon as the table stands', async () => {
    await using stage = await prepareStage(ipv4);
    await using proxy = await stage.start();
    for (const damage of [...elementDamages, ...schemaDamages]) await damageAndWait(stage, proxy, damage);
  });

  test('after it has been looked at once', async () => {
    await using stage = await prepareStage(ipv6);
    await using proxy = await stage.start();
    for (const damage of schemaDamages) {
      // Both families are looked at together.
      const look = proxy.nextLogged(isWarningOf('IPv4'));
      await stage.node.exec('nft', ['delete table ip portolan']);
      await look;
      await damageAndWait(stage, proxy, damage);
    }
  });
});

async function prepareStage(addresses: Addresses): Promise<Stage> {
  const { service, pod } = addresses;
  const stage = await createStage(addresses, 3);
  const endpoints = [0, 1, 2].map(pod);
  await stage.write('web', web({ clusterIP: service(0), endpoints, nodePort: 30_080 }));
  return stage;
}

async function damageAndWait(stage: Stage, proxy: RunningProxy, [title, commands]: Damage): Promise<void> {
  const { family, client, service } = stage.addresses;
  const intact = await listContent(stage);
  const warning = proxy.nextLogged(isWarningOf(family));
  const table = `${nftFamily(family)} portolan`;
  await stage.node.exec('nft', [commands(stage.addresses).replaceAll('TABLE', table)]);
  await warning.catch((cause) => {
    throw new Error(`nobody saw that somebody ${title}`, { cause });
  });
  await until(
    // For a moment there may be no table.
    () => listContent(stage).catch(() => ''),
    (content) => content === intact,
  );
  const to = { sources: [client(0)], destination: service(0), port: servicePort };
  expect(failures(await openConnections(stage.clients, { protocol: 'tcp', ...to }, 20))).toEqual([]);
}

function isWarningOf(family: string): (line: { msg: string; families?: readonly string[] }) => boolean {
  return ({ msg, families }) =>
    msg.startsWith('somebody changed the rules') && families?.includes(family) === true;
}
