import { addressesOf } from './bind-addresses.ts';
import { detectLocalOf } from './detect-local.ts';
import { formatDuration, type Milliseconds, milliseconds } from './duration.ts';
import type { Fault, Origin, Report } from './fault.ts';
import type {
  ConntrackConfig,
  IptablesConfig,
  NftablesConfig,
  NodePortAddresses,
  ProxyConfig,
  ProxyMode,
} from './proxy-config.ts';
import type { Settings } from './schema.ts';

/**
 * Fills in the defaults of v1alpha1 and checks the rules between fields. The configuration is of use only where
 * there are no faults.
 */
export function effectiveConfig(
  settings: Settings,
  origin: Origin,
): { config: ProxyConfig; faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const report = (path: string, reason: string) => faults.push({ path, reason });
  const mode = settings.mode || 'iptables';
  const sync = syncSections(settings, mode, origin, report);
  const config: ProxyConfig = {
    mode,
    ...sync,
    detectLocal: detectLocalOf(settings, report),
    nodePortAddresses: nodePortAddressesOf(settings, mode, report),
    conntrack: conntrackOf(settings),
    hostnameOverride: settings.hostnameOverride || undefined,
    ...addressesOf(settings, origin),
    bindAddressHardFail: settings.bindAddressHardFail ?? false,
    configSyncPeriod: configSyncPeriodOf(settings, origin, report),
    oomScoreAdj: settings.oomScoreAdj ?? -999,
    clientConnection: {
      kubeconfig: settings.clientConnection?.kubeconfig || undefined,
      qps: given(settings.clientConnection?.qps, origin) ?? 5,
      burst: given(settings.clientConnection?.burst, origin) ?? 10,
    },
    logging: { format: settings.logging?.format || 'text', verbosity: settings.logging?.verbosity ?? 0 },
  };
  return { config, faults };
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

// kube-proxy waits 1 s between two syncs by default, because each of its syncs is dear. Here the size of a change
// decides what it costs, so a change need not wait for the one before it.
const usualSync: IptablesConfig = {
  masqueradeBit: 14,
  masqueradeAll: false,
  localhostNodePorts: true,
  syncPeriod: milliseconds(30 * second),
  minSyncPeriod: milliseconds(0),
};

// In a file, v1alpha1 cannot tell a zero from an absent value, where the field is no pointer in Go.
function given<T extends number>(value: T | undefined, origin: Origin): T | undefined {
  return value === 0 && origin === 'file' ? undefined : value;
}

function syncSections(
  { iptables, nftables }: Settings,
  mode: ProxyMode,
  origin: Origin,
  report: Report,
): { iptables: IptablesConfig; nftables: NftablesConfig } {
  const section = mode === 'iptables' ? iptables : nftables;
  const used = {
    masqueradeAll: section?.masqueradeAll ?? usualSync.masqueradeAll,
    syncPeriod: given(section?.syncPeriod, origin) ?? usualSync.syncPeriod,
    minSyncPeriod: given(section?.minSyncPeriod, origin) ?? usualSync.minSyncPeriod,
  };
  checkPeriods(mode, used, report);
  const { localhostNodePorts, ...usual } = usualSync;
  return {
    iptables: {
      ...usual,
      ...(mode === 'iptables' ? used : {}),
      masqueradeBit: iptables?.masqueradeBit ?? usual.masqueradeBit,
      localhostNodePorts: iptables?.localhostNodePorts ?? localhostNodePorts,
    },
    nftables: {
      ...usual,
      ...(mode === 'nftables' ? used : {}),
      masqueradeBit: nftables?.masqueradeBit ?? usual.masqueradeBit,
    },
  };
}

function checkPeriods(
  mode: ProxyMode,
  { syncPeriod, minSyncPeriod }: { syncPeriod: Milliseconds; minSyncPeriod: Milliseconds },
  report: Report,
): void {
  if (syncPeriod === 0) report(`${mode}.syncPeriod`, 'must be greater than 0');
  else if (minSyncPeriod > syncPeriod) {
    const [shortest, longest] = [formatDuration(minSyncPeriod), formatDuration(syncPeriod)];
    report(`${mode}.syncPeriod`, `must be at least minSyncPeriod (${shortest}), got ${longest}`);
  }
}

function configSyncPeriodOf(settings: Settings, origin: Origin, report: Report): Milliseconds {
  const period = given(settings.configSyncPeriod, origin) ?? milliseconds(15 * minute);
  if (period === 0) report('configSyncPeriod', 'must be greater than 0');
  return period;
}

function nodePortAddressesOf(
  { nodePortAddresses = [] }: Settings,
  mode: ProxyMode,
  report: Report,
): NodePortAddresses {
  const cidrs = nodePortAddresses.flatMap((entry) => (entry === 'primary' ? [] : [entry]));
  if (nodePortAddresses.length === 0) return { kind: mode === 'nftables' ? 'primary' : 'all' };
  if (cidrs.length === nodePortAddresses.length) return { kind: 'cidrs', cidrs };
  if (nodePortAddresses.length > 1) {
    report('nodePortAddresses', 'must be CIDRs, or the one entry "primary", not both');
  }
  return { kind: 'primary' };
}

function conntrackOf({ conntrack }: Settings): ConntrackConfig {
  return {
    maxPerCore: conntrack?.maxPerCore ?? 32 * 1024,
    min: conntrack?.min ?? 128 * 1024,
    tcpEstablishedTimeout: conntrack?.tcpEstablishedTimeout ?? milliseconds(24 * hour),
    tcpCloseWaitTimeout: conntrack?.tcpCloseWaitTimeout ?? milliseconds(hour),
    tcpBeLiberal: conntrack?.tcpBeLiberal ?? false,
    udpTimeout: conntrack?.udpTimeout ?? milliseconds(0),
    udpStreamTimeout: conntrack?.udpStreamTimeout ?? milliseconds(0),
  };
}
