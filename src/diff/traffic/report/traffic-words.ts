import { formatEndpoint } from '../../../net/address.ts';
import type { TraceVerdict } from '../../../trace/trace.ts';
import { everyone } from '../compare-probes.ts';
import type { ChangeFor } from '../compare-traffic.ts';
import type { Affinity, TrafficFrontend } from '../traffic-frontend.ts';

/** `ClusterIP 10.96.20.10:80/TCP`, `node port 30080/TCP`. */
export function frontendWords({ kind, address, port, protocol }: TrafficFrontend): string {
  if (address === undefined) return `node port ${port}/${protocol}`;
  return `${kindWords[kind]} ${formatEndpoint(address, port)}/${protocol}`;
}

const kindWords: Readonly<Record<TrafficFrontend['kind'], string>> = {
  ClusterIP: 'ClusterIP',
  ExternalIP: 'external IP',
  LoadBalancerIP: 'load balancer IP',
  NodePort: 'node port',
  address: 'address',
};

/** A change and the clients that it holds for, in one line. */
export function changeWords({ who, change }: ChangeFor): string {
  const forWhom = who.length === 1 && who[0] === everyone ? '' : `for ${enumerate(who)}: `;
  switch (change.kind) {
    case 'verdict': {
      const [before, after] = [change.before, change.after].map((verdict) =>
        verdictWords(verdict, change.endpoints),
      );
      return `${forWhom}${before} → ${after}`;
    }
    case 'endpoints': {
      const gained = change.gained.length === 0 ? [] : [`gains ${list(change.gained)}`];
      const lost = change.lost.length === 0 ? [] : [`loses ${list(change.lost)}`];
      return `${forWhom}endpoints ${change.before} → ${change.after}: ${[...gained, ...lost].join('; ')}`;
    }
    case 'shares': {
      const shares = change.endpoints.map(
        ({ endpoint, before, after }) => `${endpoint} ${percent(before)} → ${percent(after)}`,
      );
      return `${forWhom}shares: ${list(shares)}`;
    }
    case 'masquerade': {
      const after = masqueradeWords[change.after];
      if (change.before === null) return `${forWhom}masqueraded${after === 'yes' ? '' : ` ${after}`}`;
      return `${forWhom}masqueraded: ${masqueradeWords[change.before]} → ${after}`;
    }
    case 'affinity':
      return `${forWhom}session affinity: ${affinityWords(change.before)} → ${affinityWords(change.after)}`;
  }
}

function verdictWords(verdict: TraceVerdict, endpoints: readonly string[]): string {
  if (verdict !== 'dnat') return otherVerdicts[verdict];
  if (endpoints.length === 0) return 'to its endpoints';
  return `to ${endpoints.length} endpoint${endpoints.length === 1 ? '' : 's'} (${list(endpoints)})`;
}

const otherVerdicts: Readonly<Record<Exclude<TraceVerdict, 'dnat'>, string>> = {
  reject: 'rejected',
  drop: 'dropped',
  accept: 'accepted',
  untouched: 'not translated',
  varies: 'different by chance',
  unknown: 'unknown from here',
};

const masqueradeWords = { yes: 'yes', no: 'no', some: 'to some endpoints' } as const;

function affinityWords(affinity: Affinity): string {
  if (affinity.kind !== 'client') return 'none';
  return affinity.seconds === undefined ? 'by client' : `by client for ${affinity.seconds} s`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}

/** The first of many, and how many more there are. */
function list(words: readonly string[]): string {
  if (words.length <= mostListed) return words.join(', ');
  const shown = words.slice(0, mostListed - 1);
  return `${shown.join(', ')} and ${words.length - shown.length} more`;
}

const mostListed = 6;

/** `pods on this node, the node itself and clients outside the cluster`. */
export function enumerate(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
