import { beforeAll, describe, expect, test, vi } from 'vitest';
import { main } from '../../src/cli/program.ts';
import { familyOf, formatEndpoint, isLoopback } from '../../src/net/address.ts';
import { writeScenario } from '../support/conformance/product.ts';
import {
  type Flow,
  flowsOf,
  isLent,
  type KubernetesObject,
  readScenario,
  type Scenario,
} from '../support/conformance/scenario.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';
import { toIPv6 } from '../support/conformance/to-ipv6.ts';

/** kube-proxy's own packet flows, as `explain` answers them from the objects alone. */

const folder = 'conformance/flows';
const unavailable = sharedUnavailable();

describe.each(['iptables', 'nftables'] as const)('explain in mode %s', (mode) => {
  if (unavailable !== undefined) test('flows', ({ skip }) => skip(unavailable));
  const files = sharedEntries(folder).filter((file) => file.startsWith(`${mode}-`));
  describe.each(files)('%s', (file) => {
    const path = `${sharedPath}${folder}/${file}`;
    describeScenario(readScenario(path), mode);
    describeScenario(readScenario(path, toIPv6), mode);
  });
});

/** What explain's JSON says, as far as the flows do. */
interface Answer {
  readonly verdict: string;
  readonly endpoints: readonly string[];
  readonly masquerade: boolean;
}

function describeScenario(scenario: Scenario, mode: 'iptables' | 'nftables'): void {
  let answers: ReadonlyMap<Flow, Answer> = new Map();
  beforeAll(async () => {
    answers = await explainFlows(scenario, mode);
  });
  describe(scenario.family, () => {
    for (const flow of flowsOf(scenario)) {
      const { name, source, destination, port, protocol } = flow;
      test(`${name}: ${protocol} ${source} to ${destination} port ${port}`, ({ skip }) => {
        skip(isLoopback(source) && scenario.family === 'IPv6', 'node ports on localhost are IPv4 only');
        const { verdict, endpoints, masquerade } = answers.get(flow) ?? {};
        expect({ verdict, endpoints, masquerade }).toEqual({
          ...flow.expect,
          endpoints: flow.expect.endpoints.toSorted(),
        });
      });
    }
  });
}

/** Asks for each flow with the objects that are there when it is sent. */
async function explainFlows(
  scenario: Scenario,
  mode: 'iptables' | 'nftables',
): Promise<ReadonlyMap<Flow, Answer>> {
  const objects = new Map<string, KubernetesObject>();
  const answers = new Map<Flow, Answer>();
  for (const step of scenario.steps) {
    if ('apply' in step) objects.set(keyOf(step.apply), step.apply);
    if ('delete' in step) objects.delete(keyOf(step.delete));
    if (!('flows' in step)) continue;
    await using files = await writeScenario(scenario, [...objects.values()], mode);
    for (const flow of step.flows) answers.set(flow, await explainFlow(flow, scenario, files.args));
  }
  return answers;
}

async function explainFlow(flow: Flow, scenario: Scenario, files: readonly string[]): Promise<Answer> {
  const { source, destination, port, protocol } = flow;
  // An agent may give a load balancer's address to the node, which then sends from it.
  const lent = isLent(scenario, flow) ? [source] : [];
  const nodeAddresses = [...scenario.node.addresses, ...lent].filter(
    (one) => familyOf(one) === familyOf(source),
  );
  const packet = ['--from', source, '--to', formatEndpoint(destination, port), '--protocol', protocol];
  const node = nodeAddresses.flatMap((address) => ['--node-address', address]);
  using stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  using stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await main(['explain', ...files, ...packet, ...node, '--output', 'json']);
  const printed = stdout.mock.calls.map(([text]) => String(text)).join('');
  if (printed === '') throw new Error(stderr.mock.calls.map(([text]) => String(text)).join(''));
  const answer: Answer = JSON.parse(printed);
  return answer;
}

function keyOf({ kind, metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${kind} ${namespace}/${name}`;
}
