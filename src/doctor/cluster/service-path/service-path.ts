import type { Finding } from '../../check.ts';
import { count, few } from '../few.ts';
import { type Cause, causesOf } from './path-causes.ts';
import type { ConnectionMade, PathOfService } from './path-of-service.ts';
import { type TracedSamples, untracedFindings } from './traced-sample.ts';

export interface ServicePathObserved {
  readonly asked: string | undefined;
  readonly paths: readonly PathOfService[];
  /** Packets that could not be traced. */
  readonly untraced: TracedSamples['untraced'];
  readonly node: NodeState;
}

/** The state of the node that affects every Service; `undefined` where it cannot be read. */
export interface NodeState {
  readonly conntrack: { readonly entries: number; readonly max: number } | undefined;
  /** Whether a bridge has pods, and its packets pass iptables and conntrack. */
  readonly bridge: { readonly name: string; readonly calls: boolean } | undefined;
}

/** Why a pod answers by its own address and not through its Service: every cause that is visible. */
export function judgeServicePath({ asked, paths, untraced, node }: ServicePathObserved): readonly Finding[] {
  if (paths.length === 0) return asked === undefined ? [] : [notServed(asked)];
  const causes = [...paths.flatMap(causesOf), ...nodeCauses(node)];
  if (causes.length > 0)
    return [...Map.groupBy(causes, ({ key }) => key).values()].slice(0, most).flatMap(joined);
  if (untraced.length > 0) return untracedFindings(untraced);
  const connections = paths.flatMap((path) => path.connections);
  const looked = [
    `${count(paths.length, 'service port')}: ${few(paths.map(({ plan }) => `${plan.name} (${plan.family})`))}`,
    ...connections.map(describeConnection),
  ].join('; ');
  return [nothingFound(looked, asked, connections)];
}

/** How many different causes are reported. */
const most = 10;

/** Merges the same cause of many packets and Services. */
function joined([first, ...rest]: readonly Cause[]): readonly Finding[] {
  if (first === undefined) return [];
  const { key: _, looked, ...said } = first;
  return [
    { ...said, looked: rest.length === 0 ? looked : `${looked}, and ${rest.length} more of the sample` },
  ];
}

function notServed(asked: string): Finding {
  return {
    severity: 'fault',
    looked: `Service ${asked} among the objects`,
    finding: `Service ${asked} is not served on this node: there is no such Service, or it is headless, of type ExternalName, or another proxy's`,
    next: `kubectl -n ${asked.split('/')[0]} get service ${asked.split('/')[1] ?? ''} -o yaml (clusterIP, type, label service.kubernetes.io/service-proxy-name)`,
  };
}

function nothingFound(
  looked: string,
  asked: string | undefined,
  connections: readonly ConnectionMade[],
): Finding {
  const silent = connections.filter(({ outcome }) => outcome.kind !== 'open');
  if (asked === undefined || silent.length === 0) {
    const services = asked === undefined ? 'Services' : `Service ${asked}`;
    return { severity: 'ok', looked, finding: `${services}: nothing stands between clients and endpoints` };
  }
  const fault = connections.some(({ to, outcome }) => to === 'endpoint' && outcome.kind === 'open')
    ? belowTheRules
    : atThePods;
  const { finding, next } = fault(asked, few(silent.map(({ destination }) => destination)));
  return { severity: 'fault', looked, finding, next };
}

function atThePods(asked: string, silent: string) {
  return {
    finding: `not even the endpoints of Service ${asked} answer this node (${silent}): the pods, or the way to them, are at fault, not the Service`,
    next: 'see that the process in the pod listens on that port and on all addresses, and that this node has a route to it (checks mtu and routes)',
  };
}

function belowTheRules(asked: string, silent: string) {
  return {
    finding: `the rules of Service ${asked} are in order, and yet ${silent} did not answer this node: look below the rules (routes, MTU, conntrack)`,
    next: 'tcpdump -ni any on this node and in the pod shows where the packet stays',
  };
}

/** Causes that do not depend on the rules. Each has a check of its own, which has the details. */
function nodeCauses({ conntrack, bridge }: NodeState): readonly Cause[] {
  const full = conntrack !== undefined && conntrack.max > 0 && conntrack.entries >= conntrack.max;
  return [
    ...(full
      ? [
          {
            key: 'conntrack',
            severity: 'warning' as const,
            looked: `conntrack: ${conntrack.entries} entries of ${conntrack.max}`,
            finding:
              'the table of conntrack is full: new connections to Services are dropped, as a translation needs an entry',
            next: 'see the check conntrack',
          },
        ]
      : []),
    ...(bridge !== undefined && !bridge.calls
      ? [
          {
            key: 'bridge',
            severity: 'warning' as const,
            looked: `bridge ${bridge.name}, net.bridge.bridge-nf-call-iptables = 0`,
            finding: `replies between pods of bridge ${bridge.name} pass no rules and no conntrack: where client and endpoint are both on this node, the Service does not answer and the pod's address does`,
            next: 'sysctl -w net.bridge.bridge-nf-call-iptables=1 (and bridge-nf-call-ip6tables)',
          },
        ]
      : []),
  ];
}

function describeConnection({ to, destination, outcome }: ConnectionMade): string {
  const said = outcome.kind === 'open' ? 'open' : outcome.kind === 'silence' ? 'no answer' : outcome.code;
  return `${to} ${destination} ${said}`;
}
