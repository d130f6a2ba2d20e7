import type { DnsOutcome } from '../../../kernel/live-view.ts';
import { formatEndpoint } from '../../../net/address.ts';
import type { Family } from '../../../net/family.ts';
import type { Finding } from '../../check.ts';
import { few } from '../few.ts';
import type { DnsTarget } from './dns-targets.ts';

export interface DnsProbe {
  readonly target: DnsTarget;
  readonly outcome: DnsOutcome;
}

/** Where DNS fails: in the rules, in one protocol, or at the pods. */
export function judgeDns(probes: readonly DnsProbe[]): readonly Finding[] {
  const groups = Map.groupBy(probes, ({ target }) => `${familyName(target)} of ${serviceOf(target)}`);
  return [...groups].map(([title, group]) => judgeFamily(`DNS over ${title}`, group));
}

function judgeFamily(title: string, probes: readonly DnsProbe[]): Finding {
  const looked = `${title}: ${probes.map(describeProbe).join('; ')}`;
  const failed = probes.filter(({ outcome }) => outcome.kind !== 'answer');
  const [first] = failed;
  if (first === undefined)
    return { severity: 'ok', looked, finding: `${title} answers on UDP and TCP, by ClusterIP and directly` };
  const answered = probes.filter(({ outcome }) => outcome.kind === 'answer');
  const { finding, next } = causeOf({ probes, failed, answered, first });
  return { severity: 'fault', looked, finding: `${title}: ${finding}`, next };
}

interface Outcomes {
  readonly probes: readonly DnsProbe[];
  readonly failed: readonly DnsProbe[];
  readonly answered: readonly DnsProbe[];
  /** The first probe that failed. */
  readonly first: DnsProbe;
}

type Cause = Required<Pick<Finding, 'finding' | 'next'>>;

/** The most general cause that explains the failures. */
function causeOf(outcomes: Outcomes): Cause {
  const { probes, failed, answered } = outcomes;
  if (!probes.some(isEndpoint))
    return { finding: 'has no endpoint in use: nobody can answer', next: listPods };
  if (answered.length === 0)
    return {
      finding:
        "answers nowhere, not even its endpoints: its pods, or the way to them, are at fault, not the Service's rules",
      next: `${listPods}; ping an endpoint from this node, and look at the checks routes and mtu`,
    };
  if (!failed.some(isEndpoint) && answered.some(isEndpoint)) return rulesAtFault(outcomes);
  const { protocol } = outcomes.first.target;
  if (failed.every((probe) => probe.target.protocol === protocol) && hasAll(outcomes))
    return oneProtocol(outcomes);
  return {
    finding: `answers in part: ${listed(failed)} did not, and ${listed(answered)} did`,
    next: `${listPods}; look at the nodes of those that do not answer`,
  };
}

const listPods = 'kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide';

function rulesAtFault({ failed, first: { target } }: Outcomes): Cause {
  const to = formatEndpoint(target.address, target.port);
  return {
    finding: `fails between the ClusterIP and the endpoints, which answer (${listed(failed)}): the rules of the Service are at fault`,
    next: `see the checks drift and service-path; portolan explain --live --from node --to ${to} --protocol ${target.protocol.toLowerCase()}`,
  };
}

/** Whether the ClusterIP and every endpoint failed for the protocol. */
function hasAll({ answered, first: { target } }: Outcomes): boolean {
  return !answered.some((probe) => probe.target.protocol === target.protocol);
}

function oneProtocol({ failed, first: { target } }: Outcomes): Cause {
  const { protocol } = target;
  const other = protocol === 'UDP' ? 'TCP' : 'UDP';
  return {
    finding: `${protocol} fails and ${other} works (${listed(failed)}): a firewall, stale conntrack entries, or the name server itself`,
    next: `conntrack -L -p ${protocol.toLowerCase()} --orig-port-dst 53; look at the check firewall, and at the name server's log`,
  };
}

function isEndpoint({ target }: DnsProbe): boolean {
  return target.by === 'endpoint';
}

function listed(probes: readonly DnsProbe[]): string {
  return few(probes.map(describeTarget), 4);
}

function familyName({ address }: DnsTarget): Family {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/** Without the name of the port. */
function serviceOf({ service }: DnsTarget): string {
  return service.replace(/:.*/, '');
}

function describeTarget({ target }: DnsProbe): string {
  return `${target.by} ${formatEndpoint(target.address, target.port)} ${target.protocol}`;
}

function describeProbe(probe: DnsProbe): string {
  const { outcome } = probe;
  const said = outcome.kind === 'silence' ? 'no answer' : outcome.code;
  return `${describeTarget(probe)} ${said}`;
}
