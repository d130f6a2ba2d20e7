import type { DoctorContext } from '../../doctor-check.ts';
import { plansOf } from '../plans-of.ts';
import type { DnsProbe } from './dns.ts';
import { dnsTargets } from './dns-targets.ts';

/**
 * Exists in every cluster with the default domain; with another domain the answer is NXDOMAIN, which will do as well.
 */
const name = 'kubernetes.default.svc.cluster.local';

/** Milliseconds for one try. Over UDP each server is queried twice, as resolvers do: one lost packet is not a fault. */
const attempt = 1_000;

/** Queries all name servers at once. */
export function observeDns(context: DoctorContext, signal: AbortSignal): Promise<readonly DnsProbe[]> {
  return Promise.all(
    dnsTargets(plansOf(context)).map(async (target): Promise<DnsProbe> => {
      const ask = () => {
        const { address: server, port, protocol } = target;
        const limit = AbortSignal.any([signal, AbortSignal.timeout(attempt)]);
        return context.live.ask({ server, port, protocol, name }, limit);
      };
      const outcome = await ask();
      return { target, outcome: outcome.kind === 'silence' ? await ask() : outcome };
    }),
  );
}
