import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import { formatEndpoint } from '../../src/net/address.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { type Commit, type Committer, commitWithoutPause } from '../support/traffic/commit-without-pause.ts';
import { targetPort, type Web } from '../support/traffic/objects.ts';
import type { Attempt } from '../support/traffic/open-connections.ts';
import { createStage, type Stage } from '../support/traffic/stage.ts';
import { startTraffic } from '../support/traffic/start-traffic.ts';
import { flood } from '../support/traffic/witness.ts';

/** Endpoints come and go without pause, and all of them listen all the time: only the rules can fail a connection. */

const unavailable = labUnavailable();
if (unavailable !== undefined) test('commits without pause', ({ skip }) => skip(unavailable));

const pods = 8;
const nodePort = 30_080;
/**
 * `rounds`: how often each of many clients sends, so that some meet the moment in which a rule or a slot goes. Without pending
 * deletions one packet of 4,000 did.
 */
const kinds = [
  { title: 'by chance', addresses: ipv4, service: {}, rounds: 300 },
  { title: 'in turn', addresses: ipv6, service: { balance: 'round-robin' }, rounds: 300 },
  { title: 'by the client', addresses: ipv4, service: { balance: 'source-hash' }, rounds: 300 },
  {
    title: 'with affinity',
    addresses: ipv6,
    service: { spec: { sessionAffinity: 'ClientIP' } },
    rounds: 500,
  },
] as const;

describe.skipIf(unavailable).each(kinds)(
  'commits without pause, $title',
  ({ addresses, service, rounds }) => {
    test('every connection finds an endpoint in use', async () => {
      await using stage = await createStage(addresses, pods);
      await using committer = await startCommitter(stage, service);
      await using traffic = startTraffic(stage, nodePort);
      await committer.reached(300);
      const attempts = await traffic.stop(200);
      const commits = await committer.stop();
      expect(attempts.filter((attempt) => !isServed(attempt, commits))).toEqual([]);
    });

    test('every new flow is translated', async () => {
      await using stage = await createStage(addresses, 0);
      await using committer = await startCommitter(stage, service);
      // With affinity, a client is forgotten when its endpoint goes: many of them are new at any time.
      const sources = (of: (n: number) => Address) => Array.from({ length: 200 }, (_, n) => of(n));
      const { client, onNode } = addresses;
      const fromElsewhere = await flood(stage, stage.clients, sources(client), rounds);
      const fromNode = await flood(stage, stage.node, sources(onNode), 200);
      await committer.stop();
      expect(fromElsewhere.untouched).toBe(0);
      expect(fromElsewhere.translated).toBeGreaterThanOrEqual(200 * rounds);
      expect(fromNode.untouched).toBe(0);
      expect(fromNode.translated).toBeGreaterThanOrEqual(40_000);
    });
  },
);

function startCommitter({ node, addresses }: Stage, service: Partial<Web>): Promise<Committer> {
  return commitWithoutPause(node, {
    family: addresses.family,
    service: { clusterIP: addresses.service(0), nodePort, ...service },
    pods: Array.from({ length: pods }, (_, n) => addresses.pod(n)),
    sizes: [3, 4, 5, 6],
  });
}

/** Whether its endpoint was in force at some time between the beginning and the end of the connection. */
function isServed(attempt: Attempt, commits: readonly Commit[]): boolean {
  if ('error' in attempt) return false;
  return commits.some(({ started, endpoints }, index) => {
    const replaced = commits[index + 1]?.ended ?? Number.POSITIVE_INFINITY;
    return started <= attempt.ended && replaced >= attempt.started && names(endpoints, attempt.server);
  });
}

function names(endpoints: readonly Address[], server: string): boolean {
  return endpoints.some((address) => formatEndpoint(address, targetPort) === server);
}
