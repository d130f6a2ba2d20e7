import { type Address, familyOf, formatEndpoint, isLoopback } from '../../../src/net/address.ts';
import type { Program } from '../cli/program.ts';
import type { Host } from '../lab/host.ts';
import type { Lab } from '../lab/lab.ts';
import type { Answer, ConnectResult } from '../lab/messages.ts';
import { sendSctpInit } from '../lab/sctp.ts';
import { briefly } from '../patience.ts';
import type { Backend, Refusals } from './backend.ts';
import { type Flow, isLent, isSentByNode, nodeAddressesOf, type Scenario } from './scenario.ts';

/** What became of a flow's packets, in the form of its `expect`; `verdict` says in words what is no verdict. */
export interface Observation {
  readonly verdict: string;
  /** Those that answered, sorted. */
  readonly endpoints: readonly string[];
  readonly masquerade: boolean;
}

export interface Stage {
  readonly lab: Lab;
  /** The command, on the node. */
  readonly program: Program;
  readonly scenario: Scenario;
  readonly backend: Backend;
}

/** Sends a flow's packets until it is clear what the rules do with them. */
export async function observe(flow: Flow, stage: Stage): Promise<Observation> {
  await using stack = new AsyncDisposableStack();
  if (isLent(stage.scenario, flow)) stack.use(await stage.lab.lendToNode(flow.source));
  const attempt = await openAttempt(flow, stage, stack);
  // A listing takes longer than all the packets of a flow.
  const before = isRefused(flow) ? await readRefusals(flow, stage) : undefined;
  const results = await repeat(() => attempt(flow.expect.verdict !== 'drop'), flow.expect.endpoints.length);
  const answers = results.flatMap((result) => ('answer' in result ? [result.answer] : []));
  const failure = results.find((result) => 'error' in result);
  if (failure === undefined) return await observeAnswers(flow, stage, answers, attempt);
  const mixed = answers.length > 0 ? `, after ${answers.length} answers` : '';
  const verdict = verdictOfFailure(failure.error, before, await readRefusals(flow, stage));
  return { verdict: `${verdict}${mixed}`, endpoints: [], masquerade: false };
}

/** Waits as long as it takes where an answer must come, and briefly where none may. */
type Attempt = (mustAnswer: boolean) => Promise<ConnectResult>;

/** At the packet's own destination somebody listens, so that no refusal can come from a closed port. */
async function openAttempt(flow: Flow, stage: Stage, stack: AsyncDisposableStack): Promise<Attempt> {
  const { source, destination, port, protocol } = flow;
  const sender = senderOf(flow, stage);
  if (protocol === 'sctp') return () => attemptSctp(flow, sender, stage.lab.node);
  stack.use(await ownerOf(flow, stage).listen({ protocol, address: destination, port }));
  const to = { protocol, source, destination, port };
  return (mustAnswer) => sender.connect(mustAnswer ? to : { ...to, timeoutMs: briefly });
}

async function attemptSctp(flow: Flow, sender: Host, node: Host): Promise<ConnectResult> {
  const answer = await sendSctpInit(sender, node, flow);
  return answer === undefined ? { error: 'ETIMEDOUT' } : { answer };
}

function senderOf(flow: Flow, { lab, scenario }: Stage): Host {
  return isSentByNode(scenario, flow) ? lab.node : lab.host(flow.source);
}

function ownerOf(flow: Flow, { lab, scenario }: Stage): Host {
  return isForNode(flow, scenario) ? lab.node : lab.outside;
}

function isForNode(flow: Flow, scenario: Scenario): boolean {
  const { destination } = flow;
  return isLoopback(destination) || nodeAddressesOf(scenario).includes(destination) || isLent(scenario, flow);
}

/** Connects until all expected endpoints have answered, and often enough for another one to show. */
async function repeat(
  attempt: () => Promise<ConnectResult>,
  expectedEndpoints: number,
): Promise<ConnectResult[]> {
  const results: ConnectResult[] = [];
  const servers = new Set<string>();
  while (results.length < 60 && (results.length < 16 || servers.size < expectedEndpoints)) {
    const result = await attempt();
    results.push(result);
    if ('error' in result) break;
    servers.add(result.answer.server);
  }
  return results;
}

function isRefused({ expect: { verdict } }: Flow): boolean {
  return verdict === 'reject' || verdict === 'drop';
}

/** A refusal counts as the proxy's only where one of its rules has counted a packet. */
function verdictOfFailure(error: string, before: Refusals | undefined, after: Refusals): string {
  if (before === undefined) return `failed: ${error}`;
  if (error === 'ECONNREFUSED') return after.rejected > before.rejected ? 'reject' : 'refused by no rule';
  if (error === 'ETIMEDOUT') return after.dropped > before.dropped ? 'drop' : 'lost';
  return `failed: ${error}`;
}

async function observeAnswers(
  flow: Flow,
  stage: Stage,
  answers: readonly Answer[],
  attempt: Attempt,
): Promise<Observation> {
  const servers = [...new Set(answers.map(({ server }) => server))].sort();
  const masquerades = new Set(answers.map(({ peer }) => !isFrom(peer, flow.source)));
  const masquerade = masquerades.has(true);
  if (masquerades.size > 1) return { verdict: 'masqueraded at times', endpoints: servers, masquerade };
  const untouched = formatEndpoint(flow.destination, flow.port);
  if (!servers.includes(untouched)) return { verdict: 'dnat', endpoints: servers, masquerade };
  if (servers.length > 1) return { verdict: 'dnat at times', endpoints: servers, masquerade };
  const accepted = isForNode(flow, stage.scenario) && (await passesClosedPort(flow, stage, attempt));
  return { verdict: accepted ? 'accept' : 'untouched', endpoints: [], masquerade };
}

/** Whether a rule accepts the packet before the node's own firewall could refuse it. */
async function passesClosedPort(flow: Flow, stage: Stage, attempt: Attempt): Promise<boolean> {
  const { lab, backend } = stage;
  await using _ = await backend.closePort(lab.node, familyOf(flow.source), flow);
  return 'answer' in (await attempt(flow.expect.verdict === 'accept'));
}

function isFrom(peer: string, source: Address): boolean {
  return peer.startsWith(formatEndpoint(source, 0).slice(0, -1));
}

async function readRefusals(flow: Flow, { lab, backend }: Stage): Promise<Refusals> {
  return await backend.readRefusals(lab.node, familyOf(flow.source));
}
