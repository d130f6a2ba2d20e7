import type { Finding } from '../check.ts';
import { count, few } from './few.ts';
import type { FrontendNames } from './frontend-names.ts';

/** A chain, map or set that a sync would change, with its lines in the kernel and as desired. */
export interface RuleDifference {
  /** `IPv4 nat KUBE-SERVICES`, `IPv6 map services`. */
  readonly title: string;
  readonly other: readonly string[] | undefined;
  readonly wanted: readonly string[] | undefined;
}

/** What a sync would change now; `more` where there are further differences. */
export interface DriftObserved {
  readonly differences: readonly RuleDifference[];
  readonly more: boolean;
  readonly names: FrontendNames;
}

/** Rules that differ from what the objects call for. */
export function judgeDrift({ differences, more, names }: DriftObserved): readonly Finding[] {
  if (differences.length === 0) {
    return [
      {
        severity: 'ok',
        looked: 'the rules in the kernel, and those that the objects want',
        finding: 'the rules are what the objects want',
      },
    ];
  }
  const families = Map.groupBy(differences, ({ title }) => title.split(' ')[0] ?? '');
  return [...families].map(([family, own]) =>
    isUnprogrammed(own) ? unprogrammed(family) : drifted(family, own, more, names),
  );
}

/** Whether the chain that dispatches packets to Services is missing: then nothing else matters. */
export function isUnprogrammed(differences: readonly RuleDifference[]): boolean {
  return differences.some(
    ({ title, other }) => / (nat|filter|chain) KUBE-SERVICES$/.test(title) && other === undefined,
  );
}

function unprogrammed(family: string): Finding {
  return {
    severity: 'fault',
    looked: `${family} rules in the kernel: no chain KUBE-SERVICES of ours`,
    finding: `${family} is not programmed on this node: no Service works here`,
    next: 'start Portolan on this node (kubectl -n kube-system get pods -o wide), or portolan run --once; if it runs already, its log says why it cannot program',
  };
}

function drifted(
  family: string,
  differences: readonly RuleDifference[],
  more: boolean,
  names: FrontendNames,
): Finding {
  const parts = differences.map(({ title }) => title.slice(family.length + 1));
  const services = [...new Set(differences.flatMap((one) => servicesOf(one, names)))];
  const number = `${more ? 'more than ' : ''}${count(differences.length, 'chain, map or set', 'chains, maps or sets')}`;
  const differ = `${number} ${differences.length === 1 ? 'differs' : 'differ'}`;
  const concerned = services.length === 0 ? '' : `; Services: ${few(services)}`;
  return {
    severity: 'fault',
    looked: `${family} rules in the kernel, and those that the objects want: ${differ}`,
    finding: `${family} rules are stale: ${differ} from what the objects want (${few(parts)})${concerned}`,
    next: 'portolan diff shows every line; see whether Portolan runs on this node and what its log says, and who else writes rules',
  };
}

/** The Services whose rules or elements differ: by comments in iptables, by addresses and node ports in nftables. */
export function servicesOf({ other, wanted }: RuleDifference, names: FrontendNames): readonly string[] {
  return [...onlyIn(other, wanted), ...onlyIn(wanted, other)].flatMap((line) => {
    const commented = serviceName.exec(line)?.[1];
    const frontend = elementKey.exec(line.trim())?.[1];
    return commented ?? (frontend === undefined ? undefined : names.get(frontend)) ?? [];
  });
}

const serviceName =
  /comment "(?:(?:masquerade|route|pod|other) (?:LOCAL )?traffic (?:for|to) )?([a-z0-9.-]+\/[a-z0-9.-]+(?::[a-z0-9-]+)?)/;

/** `10.96.0.10 . tcp . 80 : …`, `10.96.0.10 . 80 . 0 : …`, `tcp . 30080 : …`, `30080 . 0 : …`. */
const elementKey = /^(?:(?:tcp|udp|sctp) \. )?([0-9a-f.:]+)(?: \.| :|$)/;

function onlyIn(
  some: readonly string[] | undefined,
  others: readonly string[] | undefined,
): readonly string[] {
  const known = new Set(others);
  return (some ?? []).filter((line) => !known.has(line));
}
