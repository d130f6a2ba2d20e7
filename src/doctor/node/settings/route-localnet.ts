import { servesLocalhost } from '../../../iptables/derive-iptables-options.ts';
import { nodePortRanges } from '../../../plan/node-ports.ts';
import type { Finding } from '../../check.ts';
import { count } from '../../cluster/few.ts';
import { type DoctorContext, defineCheck, objectsIfAny } from '../../doctor-check.ts';
import { observeRoles, ownAddresses } from '../node-facts.ts';
import { formatSetting, readSettings, type Setting, setTo } from './settings.ts';

interface Observed {
  /** Whether node ports shall answer on 127.0.0.1. */
  readonly wanted: boolean;
  /** The number of Services with IPv4 node ports; `undefined` without objects. */
  readonly services: number | undefined;
  readonly all: Setting;
  /** The settings of uplinks. */
  readonly uplinks: readonly Setting[];
}

/** Whether 127.0.0.0/8 is routed: only node ports on 127.0.0.1 need that. */
export const routeLocalnet = defineCheck<Observed>({
  check: 'route-localnet',
  title: 'Node ports on 127.0.0.1',
  observe,
  judge: judgeRouteLocalnet,
});

async function observe(context: DoctorContext): Promise<Observed> {
  const { config, machine } = context;
  const ranges = nodePortRanges('IPv4', config.nodePortAddresses, ownAddresses(context));
  const { uplinks } = await observeRoles(context);
  const path = 'net/ipv4/conf/all/route_localnet';
  return {
    wanted:
      context.families.includes('IPv4') &&
      config.mode === 'iptables' &&
      servesLocalhost('IPv4', config, ranges),
    services: servicesWithNodePorts(context),
    all: { path, value: await machine.setting(path) },
    uplinks: await readSettings(
      machine,
      uplinks.map(({ name }) => `net/ipv4/conf/${name}/route_localnet`),
    ),
  };
}

function servicesWithNodePorts(context: DoctorContext): number | undefined {
  const state = objectsIfAny(context)?.state;
  if (state === undefined) return undefined;
  return [...state.services.values()].filter(
    ({ ports, clusterIPs }) =>
      clusterIPs.some((address) => !address.includes(':')) &&
      ports.some(({ nodePort }) => nodePort !== undefined),
  ).length;
}

export function judgeRouteLocalnet({ wanted, services, all, uplinks }: Observed): readonly Finding[] {
  if (wanted) return [judgeWanted(services, all)];
  const on = [all, ...uplinks].filter(({ value }) => value === 1);
  if (on.length === 0)
    return [{ severity: 'ok', looked: formatSetting(all), finding: 'off, as nothing here needs it' }];
  return on.map((setting): Finding => {
    return {
      severity: 'warning',
      looked: `${formatSetting(setting)}; node ports do not answer on 127.0.0.1 (mode nftables, localhostNodePorts: false, or nodePortAddresses)`,
      finding:
        "it is on, and nothing here needs it: unless a firewall rule stops them, hosts of the node's own network reach what listens on its 127.0.0.1",
      next: setTo(setting.path, 0),
    };
  });
}

function judgeWanted(services: number | undefined, all: Setting): Finding {
  if (all.value === 1)
    return { severity: 'ok', looked: formatSetting(all), finding: 'on, as localhostNodePorts needs' };
  const asked = services === undefined ? '' : `, ${count(services, 'Service')} with node ports`;
  return {
    severity: services === 0 ? 'ok' : services === undefined ? 'unknown' : 'fault',
    looked: `${formatSetting(all)}, iptables.localhostNodePorts: true${asked}`,
    finding:
      services === 0
        ? 'off, and no Service has a node port'
        : 'node ports do not answer on 127.0.0.1: the kernel does not route its packets',
    ...(services === 0
      ? {}
      : {
          next: `${setTo(all.path, 1)} (the proxy sets it at its start), or iptables.localhostNodePorts: false`,
        }),
  };
}
