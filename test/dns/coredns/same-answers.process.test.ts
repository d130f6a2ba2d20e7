import { randomInt } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { type Packet, RECURSION_DESIRED } from 'dns-packet';
import { expect, test } from 'vitest';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { UdpAsker } from '../../support/dns/ask.ts';
import { differenceOf, knownDifferences } from '../../support/dns/known-differences.ts';
import { randomCluster } from '../../support/dns/random-cluster.ts';
import { type AskedQuestion, randomQuestions } from '../../support/dns/random-questions.ts';
import { type Said, saidBy } from '../../support/dns/said.ts';
import { startCoreDns, startReadyDns } from '../../support/dns/start-server.ts';
import { startUpstream } from '../../support/dns/upstream.ts';
import { until } from '../../support/until.ts';

/** `COREDNS` names the binary, with the plugins kubernetes, forward and bufsize. */
const binary = process.env.COREDNS ?? '';
const seed = Number(process.env.PORTOLAN_SEED ?? 1);
const count = Number(process.env.PORTOLAN_QUESTIONS ?? 10_000);

test(`${count} random questions about a random cluster are answered as CoreDNS answers them`, async ({
  skip,
}) => {
  if (binary === '') skip('COREDNS does not name the binary of CoreDNS');
  accessSync(binary, constants.X_OK);
  const cluster = randomCluster(seed);
  const api = new ApiServer();
  api.put(...cluster.objects);
  await using listening = await api.listen();
  await using upstream = await startUpstream();
  await using coreDns = await startCoreDns(binary, listening.kubeconfigPath, upstream.port);
  const args = [
    '--kubeconfig',
    listening.kubeconfigPath,
    '--upstream',
    `127.0.0.1:${upstream.port}`,
    '--http',
    'none',
  ];
  await using own = await startReadyDns(args);
  using theirs = new UdpAsker(coreDns.port);
  using ours = new UdpAsker(own.port);
  await until(
    () => ask(theirs, ready).catch(() => undefined),
    (said) => said?.code === 'NOERROR',
  );

  const unexplained: unknown[] = [];
  const reasons = new Map<string, number>();
  for (const question of [
    ...rareQuestions,
    ...randomQuestions(cluster, count - rareQuestions.length, seed),
  ]) {
    const [said, coreDnsSaid] = await Promise.all([ask(ours, question), ask(theirs, question)]);
    const difference = differenceOf(question, said, coreDnsSaid);
    if (difference === 'none') continue;
    if (difference === undefined) unexplained.push({ question, ours: said, coreDns: coreDnsSaid });
    else reasons.set(difference, (reasons.get(difference) ?? 0) + 1);
  }
  expect(unexplained.slice(0, 5)).toEqual([]);
  // A reason that nothing has any more is to be struck off.
  if (count >= 10_000)
    expect([...reasons.keys()].sort()).toEqual(knownDifferences.map(({ reason }) => reason).sort());
});

/** For differences that chance might pass over. */
const rareQuestions: readonly AskedQuestion[] = [
  { name: 'cluster.local', type: 'NS', ednsSize: undefined },
  { name: '_._tcp.pool.a.svc.cluster.local', type: 'A', ednsSize: undefined },
];

const ready: AskedQuestion = { name: 'dns-version.cluster.local', type: 'TXT', ednsSize: undefined };

async function ask(asker: UdpAsker, { name, type, ednsSize }: AskedQuestion): Promise<Said> {
  const packet = {
    type: 'query',
    id: randomInt(0x10000),
    flags: RECURSION_DESIRED,
    questions: [{ name, type: type as 'A' }],
    ...(ednsSize === undefined
      ? {}
      : {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: ednsSize,
              flags: 0,
              extendedRcode: 0,
              ednsVersion: 0,
              flag_do: false,
              options: [],
            },
          ],
        }),
  } as const;
  return saidBy(await asker.ask(packet as unknown as Packet));
}
