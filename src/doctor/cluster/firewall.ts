import type { Family } from '../../net/family.ts';
import type { Finding } from '../check.ts';
import { count, few } from './few.ts';
import { describeStop, type ForeignStop, foreignStop, isNetworkPolicy } from './service-path/foreign-stop.ts';
import type { SamplePacket } from './service-path/sample-packets.ts';
import {
  describeFirst,
  describeStopped,
  explain,
  type TracedSamples,
  untracedFindings,
} from './service-path/traced-sample.ts';

/** Rules or policies of other programs that drop packets to Services or their endpoints. */
export function judgeFirewall({ traced, untraced }: TracedSamples): readonly Finding[] {
  const stops = traced.flatMap(({ sample, trace }) => {
    const stop = foreignStop(trace);
    return stop === undefined ? [] : [{ sample, stop, unknowns: trace.unknowns }];
  });
  const findings = [
    ...[...Map.groupBy(stops, ({ stop }) => describeStop(stop)).values()].flatMap(stopFindings),
    ...untracedFindings(untraced),
  ];
  if (findings.length > 0 || traced.length === 0) return findings;
  return [
    {
      severity: 'ok',
      looked: `${count(traced.length, 'packet')} walked through the rules in force: pods, the node and clients from outside to Services and to endpoints`,
      finding: 'no rule of others drops packets to Services or their endpoints',
    },
  ];
}

interface StoppedSample {
  readonly sample: SamplePacket;
  readonly stop: ForeignStop;
  readonly unknowns: readonly string[];
}

function stopFindings([first, ...rest]: readonly StoppedSample[]): readonly Finding[] {
  if (first === undefined) return [];
  const { sample, stop, unknowns } = first;
  const unknown = stop.certain ? '' : `; not known from here: ${few(unknowns)}`;
  return [
    {
      severity: severityOf(stop),
      looked: `${describeFirst(sample, rest.length)}${unknown}`,
      finding: describeStopped(sample, stop),
      next: stop.certain ? nextFor(stop, sample.plan.family) : explain(sample),
    },
  ];
}

/** A network policy may drop packets on purpose. */
export function severityOf(stop: ForeignStop): Finding['severity'] {
  if (!stop.certain) return 'unknown';
  return isNetworkPolicy(stop) ? 'warning' : 'fault';
}

function nextFor(stop: ForeignStop, family: Family): string {
  const { table, chain, hook, rule } = stop;
  if (isNetworkPolicy(stop)) return 'kubectl get networkpolicies -A: see whether one is meant to forbid this';
  const [own = '', ...words] = table.split(' ');
  const tool = family === 'IPv6' ? own.replace('iptables', 'ip6tables') : own;
  const name = words.join(' ');
  const list =
    tool === 'nft'
      ? `nft -a list chain ${name} ${chain}`
      : `${tool} -t ${name} -L ${chain} --line-numbers -n`;
  if (rule !== undefined)
    return `${list}; take rule ${rule.position} out or narrow it, or accept pods before it`;
  const open =
    tool === 'nft' ? `nft chain ${name} ${chain} '{ policy accept; }'` : `${tool} -P ${chain} ACCEPT`;
  const accept = hook === 'forward' ? 'what comes from pods and goes to them' : 'the port';
  return `${open}, or accept ${accept} in ${chain}; find out who set the policy (Docker and ufw do)`;
}
