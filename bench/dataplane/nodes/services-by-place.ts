import { execInNamespace } from '../../../test/support/lab/host.ts';
import type { MeasuredServices, ServiceAddresses } from '../objects.ts';
import type { Mode } from '../options.ts';

/**
 * The Services whose rules stand in the middle and at the end: packets walk KUBE-SERVICES in order, and kube-proxy writes it in
 * another one each time. In mode nftables there is none. Throws where the chain has not just one rule for each Service.
 */
export async function servicesByPlace(
  namespace: string,
  mode: Mode,
  services: readonly ServiceAddresses[],
): Promise<MeasuredServices> {
  if (mode === 'nftables') return middleAndLast(services);
  const listing = await execInNamespace(namespace, mode, ['-t', 'nat', '-S', 'KUBE-SERVICES']);
  return middleAndLast(inOrderOfRules(listing, services));
}

/** The Services in the order of the rules that `iptables -S` lists. */
export function inOrderOfRules(
  listing: string,
  services: readonly ServiceAddresses[],
): readonly ServiceAddresses[] {
  const byAddress = new Map(services.map((service) => [service.clusterIP, service]));
  const ordered = [...listing.matchAll(/ -d (\S+)\/32 /g)].flatMap(
    ([, address = '']) => byAddress.get(address) ?? [],
  );
  if (ordered.length === services.length && new Set(ordered).size === services.length) return ordered;
  throw new Error(`KUBE-SERVICES has ${ordered.length} rules for ${services.length} Services`);
}

function middleAndLast(services: readonly ServiceAddresses[]): MeasuredServices {
  const [middle, last] = [services[services.length >> 1], services.at(-1)];
  if (middle === undefined || last === undefined) throw new Error('the cluster has no Services');
  return { middle, last };
}
