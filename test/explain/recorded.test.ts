import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import type { ExplainedStep } from '../../src/explain/explanation.ts';
import { nothingKnown } from '../../src/explain/explanation.ts';
import { familyOf, parseAddress } from '../../src/net/address.ts';
import { readRuleset } from '../../src/rules-text/read-ruleset.ts';
import { nodeWithAddresses } from '../../src/trace/node-view.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { walk } from '../../src/trace/walk.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';
import { address } from '../support/records.ts';

/** The rules that kube-proxy loaded: there are words for each of them, and none is guessed at. */

const unavailable = sharedUnavailable();
const nodeAddresses = ['192.168.50.10', '192.168.51.10'].map(address);
const node = nodeWithAddresses(nodeAddresses);
const sources = ['10.244.0.21', '10.244.1.5', '198.51.100.1', '192.168.50.10', '203.0.113.50'].map(address);

const serviceSchema = z.object({
  kind: z.literal('Service'),
  spec: z.object({
    clusterIPs: z.array(z.string()).default([]),
    externalIPs: z.array(z.string()).default([]),
    ports: z
      .array(
        z.object({
          port: z.number(),
          nodePort: z.number().optional(),
          protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
        }),
      )
      .default([]),
  }),
  status: z
    .object({
      loadBalancer: z
        .object({ ingress: z.array(z.object({ ip: z.string() })).default([]) })
        .default({ ingress: [] }),
    })
    .optional(),
});

describe.each(['iptables-save.txt', 'nft-ip.txt'])('every rule that packets meet in %s', (file) => {
  if (unavailable !== undefined) test('has words', ({ skip }) => skip(unavailable));
  test.each(sharedEntries('golden'))('has words of its own: %s', (name) => {
    const folder = `${sharedPath}golden/${name}`;
    const ruleset = readRuleset([readFileSync(`${folder}/${file}`, 'utf8')], 'IPv4');
    const packets = packetsTo(`${folder}/objects.yaml`);
    expect(packets).not.toEqual([]);
    for (const packet of packets) {
      const walked = walk(ruleset, packet, node);
      if ('unread' in walked) throw new Error('a save is read whole');
      const { path } = explainTrace(walked.trace, { packet, node, knowledge: nothingKnown });
      for (const reason of reasonsOf(path)) expect(reason).not.toMatch(plain);
    }
  });
});

/** What rules of unknown programs are called, and slips. */
const plain =
  /goes through|^(accepted|dropped|rejected|masqueraded|marked)$|^marked: mark|back to the chain|unknown|undefined|the Service/;

/** From several sources to every address and node port of the Services, and to a port that none has. */
function packetsTo(path: string): readonly Packet[] {
  const documents: unknown[] = loadAll(readFileSync(path, 'utf8'));
  return documents.flatMap((document) => {
    const { success, data } = serviceSchema.safeParse(document);
    if (!success) return [];
    const { clusterIPs, externalIPs, ports } = data.spec;
    const loadBalancerIPs = data.status?.loadBalancer.ingress.map(({ ip }) => ip) ?? [];
    const addresses = [...clusterIPs, ...externalIPs, ...loadBalancerIPs].flatMap(
      (text) => parseAddress(text) ?? [],
    );
    const targets = ports.flatMap(({ port, nodePort, protocol }) => [
      ...addresses.flatMap((destination) =>
        [port, 9999].map((one) => ({ destination, port: one, protocol })),
      ),
      ...(nodePort === undefined
        ? []
        : nodeAddresses.map((destination) => ({ destination, port: nodePort, protocol }))),
    ]);
    return targets
      .filter(({ destination }) => familyOf(destination) === 'IPv4')
      .flatMap((target) => sources.map((source) => ({ ...target, source })));
  });
}

function* reasonsOf(path: readonly ExplainedStep[]): Iterable<string> {
  for (const step of path) {
    if (step.kind === 'rule') yield step.reason;
    if (step.kind === 'fork') for (const branch of step.branches) yield* reasonsOf(branch.path);
  }
}
