import { proxyTables } from '../../../kernel/live-view.ts';
import { type DoctorContext, objectsIfAny } from '../../doctor-check.ts';
import { frontendNames } from '../frontend-names.ts';
import { plansOf } from '../plans-of.ts';
import { allPlans } from '../services.ts';
import type { OtherProxyObserved, ServedTable } from './other-proxy.ts';

export async function observeOtherProxy(context: DoctorContext): Promise<OtherProxyObserved> {
  const { live, config } = context;
  const [iptables, traces, tables] = await Promise.all([
    live.iptables(),
    live.proxyTraces(),
    servedTables(context),
  ]);
  const hasObjects = objectsIfAny(context) !== undefined;
  const addresses = hasObjects ? frontendNames(allPlans(plansOf(context))) : new Map();
  return { mode: config.mode, iptables, traces, tables, addresses };
}

/** In mode iptables, Portolan's own table counts as another proxy's. */
async function servedTables({ live, config, families }: DoctorContext): Promise<readonly ServedTable[]> {
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
