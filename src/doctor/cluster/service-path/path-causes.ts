import { formatEndpoint } from '../../../net/address.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../few.ts';
import { severityOf } from '../firewall.ts';
import { unmasqueradedEndpoints } from '../masquerade/masquerade.ts';
import { serviceTrouble } from '../service-trouble.ts';
import { describeStop, type ForeignStop, foreignStop } from './foreign-stop.ts';
import type { PathOfService } from './path-of-service.ts';
import {
  describeFlow,
  describePacket,
  describeStopped,
  explain,
  type TracedSample,
} from './traced-sample.ts';

/** Why clients of a Service get no answer; causes with the same key are reported together. */
export interface Cause extends Finding {
  readonly key: string;
}

/** The first cause found, from the objects to the rules; those that follow from it are left out. */
export function causesOf({
  plan,
  slices,
  traced,
}: Pick<PathOfService, 'plan' | 'slices' | 'traced'>): readonly Cause[] {
  const trouble = serviceTrouble(plan, slices);
  if (trouble?.severity !== 'fault') return traced.flatMap((one) => causeOf(one) ?? []);
  const { looked, finding, next } = trouble;
  return [
    {
      key: `objects ${plan.name} ${plan.family}`,
      severity: 'fault',
      looked,
      finding: `clients of Service ${plan.name} are refused: ${finding}`,
      next,
    },
  ];
}

function causeOf(traced: TracedSample): Cause | undefined {
  const { sample, trace } = traced;
  const stop = foreignStop(trace);
  if (stop !== undefined) return stopped(traced, stop);
  if (sample.kind === 'direct') return undefined;
  if (trace.endpoints.length === 0) return untranslated(traced);
  const stale = trace.endpoints
    .map(({ endpoint }) => endpoint)
    .filter((one) => !sample.endpoints.includes(one));
  if (stale.length > 0) return misled(traced, stale);
  return unmasqueradedEndpoints(traced).length > 0 ? unmasquerading(traced) : undefined;
}

function stopped({ sample }: TracedSample, stop: ForeignStop): Cause {
  const who =
    sample.kind === 'direct' ? 'not even the endpoint answers a pod here' : 'the Service does not answer';
  return {
    key: `stop ${describeStop(stop)}`,
    severity: severityOf(stop),
    looked: `packet ${describePacket(sample)}`,
    finding: `${who}: ${describeStopped(sample, stop)}`,
    next: 'see the check firewall',
  };
}

function misled({ sample }: TracedSample, stale: readonly string[]): Cause {
  const no = stale.length === 1 ? 'is no endpoint' : 'are no endpoints';
  return {
    key: `stale ${sample.plan.name}`,
    severity: 'fault',
    looked: `packet ${describePacket(sample)}`,
    finding: `the rules send clients of Service ${sample.plan.name} to ${few(stale)}, which ${no} of it: the rules are stale, or another proxy's`,
    next: 'see the checks drift and other-proxy',
  };
}

/** The packet was not translated, or the proxy's own rules refuse it. */
function untranslated({ sample, trace }: TracedSample): Cause | undefined {
  const { plan, packet } = sample;
  const to = `${formatEndpoint(packet.destination, packet.port)} of Service ${plan.name}`;
  const common = {
    key: `untranslated ${to}`,
    looked: `packet ${describePacket(sample)}: ${trace.verdict}`,
    next: 'see the check drift, or portolan diff',
  };
  switch (trace.verdict) {
    case 'untouched':
    case 'accept':
      return {
        ...common,
        severity: 'fault',
        finding: `no rule translates ${to}: its rules are missing, so the packet goes nowhere`,
      };
    case 'drop':
    case 'reject':
      return {
        ...common,
        severity: 'fault',
        finding: `the rules ${trace.verdict} packets for ${to}, though it has ${count(sample.endpoints.length, 'endpoint')}: they are stale`,
      };
    case 'unknown':
      return {
        ...common,
        severity: 'unknown',
        finding: `whether ${to} is translated cannot be known from here: ${few(trace.unknowns)}`,
        next: explain(sample),
      };
    default:
      return undefined;
  }
}

function unmasquerading({ sample }: TracedSample): Cause {
  return {
    key: `bare ${sample.plan.family}`,
    severity: 'fault',
    looked: `packet ${describePacket(sample)}`,
    finding: `a packet ${describeFlow(sample)} reaches an endpoint unmasqueraded: the endpoint answers the client past this node, and the client knows no such connection`,
    next: 'see the check masquerade',
  };
}
