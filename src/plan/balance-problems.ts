import type { Problem } from '../state/problem.ts';
import { balanceAnnotation, type ServiceRecord } from '../state/records.ts';

/** What mode iptables, which only knows random, cannot do for the Services: one problem for each that asks for more. */
export function* balanceProblems(services: Iterable<ServiceRecord>): Iterable<Problem> {
  for (const { key, balance } of services) {
    if (balance === 'random') continue;
    yield {
      object: `Service ${key}`,
      field: `metadata.annotations["${balanceAnnotation}"]`,
      reason: `"${balance}" needs mode nftables; mode iptables uses random`,
    };
  }
}
