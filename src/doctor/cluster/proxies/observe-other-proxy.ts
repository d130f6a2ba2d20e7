import { proxyTables } from '../../../kernel/live-view.ts';
import { objectsIfAny, type Subject } from '../../doctor-check.ts';
import { frontendNames } from '../frontend-names.ts';
import { plansOf } from '../plans-of.ts';
import { allPlans } from '../services.ts';
import type { OtherProxyObserved, ServedTable } from './other-proxy.ts';

export async function observeOtherProxy(subject: Subject): Promise<OtherProxyObserved> {
  const { live, config } = subject;
  const [iptables, traces, tables] = await Promise.all([
    live.iptables(),
    live.proxyTraces(),
    servedTables(subject),
  ]);
  const hasObjects = objectsIfAny(subject) !== undefined;
  const addresses = hasObjects ? frontendNames(allPlans(plansOf(subject))) : new Map();
  return { mode: config.mode, iptables, traces, tables, addresses };
}

/** Our own table is another proxy's only in mode iptables. */
async function servedTables({ live, config, families }: Subject): Promise<readonly ServedTable[]> {
  const foreign = proxyTables.filter((table) => table !== 'portolan' || config.mode === 'iptables');
  const found = await Promise.all(
    foreign.flatMap((table) =>
      families.map(async (family) => {
        const services = await live.servedBy(table, family);
        return services === undefined ? [] : [{ table, family, services }];
      }),
    ),
  );
  return found.flat();
}
