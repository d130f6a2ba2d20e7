import type { Subject } from '../../doctor-check.ts';
import { plansOf } from '../plans-of.ts';
import type { DnsProbe } from './dns.ts';
import { dnsTargets } from './dns-targets.ts';

/** A name that every cluster with the usual domain has; where the domain is another, the answer is that there is none. */
const name = 'kubernetes.default.svc.cluster.local';

/** A lost packet shall not look like a fault: each server is asked twice over UDP, as resolvers do. */
const attempt = 1_000;

/** Asks the cluster's DNS everywhere at once. */
export function observeDns(subject: Subject, signal: AbortSignal): Promise<readonly DnsProbe[]> {
  return Promise.all(
    dnsTargets(plansOf(subject)).map(async (target): Promise<DnsProbe> => {
      const ask = () => {
        const { address: server, port, protocol } = target;
        const limit = AbortSignal.any([signal, AbortSignal.timeout(attempt)]);
        return subject.live.ask({ server, port, protocol, name }, limit);
      };
      const outcome = await ask();
      return { target, outcome: outcome.kind === 'silence' ? await ask() : outcome };
    }),
  );
}
