import type { BridgeSettings } from '../../../kernel/node/machine.ts';
import type { Family } from '../../../net/family.ts';
import type { Finding } from '../../check.ts';
import { few } from '../../cluster/few.ts';
import { defineCheck } from '../../doctor-check.ts';
import { familiesInUse, observeRoles } from '../node-facts.ts';
import { formatSetting, type Setting } from './settings.ts';

interface Observed {
  readonly bridges: readonly { readonly name: string; readonly settings: BridgeSettings | undefined }[];
  /** The setting for all bridges, in each family in use. */
  readonly switches: readonly { readonly family: Family; readonly setting: Setting }[];
  readonly masqueradeAll: boolean;
}

/** Whether packets between pods on the same bridge pass through the rules. */
export const bridgeNetfilter = defineCheck<Observed>({
  check: 'bridge-nf-call-iptables',
  title: 'Rules for bridged packets',
  observe: async (context) => {
    const { machine, config } = context;
    const families = familiesInUse(context);
    return {
      bridges: (await observeRoles(context)).bridges.map(({ bridge }) => ({
        name: bridge.name,
        settings: bridge.bridge,
      })),
      switches: await Promise.all(
        families.map(async (family) => ({
          family,
          setting: { path: paths[family], value: await machine.setting(paths[family]) },
        })),
      ),
      masqueradeAll: config[config.mode].masqueradeAll,
    };
  },
  judge: judgeBridges,
});

const paths = {
  IPv4: 'net/bridge/bridge-nf-call-iptables',
  IPv6: 'net/bridge/bridge-nf-call-ip6tables',
} as const;

export function judgeBridges({ bridges, switches, masqueradeAll }: Observed): readonly Finding[] {
  if (bridges.length === 0) return [];
  return switches.map(({ family, setting }): Finding => {
    const without = bridges.filter(({ settings }) => !callsRules(settings, family)).map(({ name }) => name);
    const looked = `${formatSetting(setting)}, ${few(bridges.map(({ name }) => `bridge ${name}`))}`;
    if (setting.value === 1 || without.length === 0)
      return {
        severity: 'ok',
        looked,
        finding: `${family} packets on ${few(bridges.map(({ name }) => name))} pass the rules`,
      };
    // Replies to masqueraded connections come back to the node in any case.
    if (masqueradeAll) return { severity: 'ok', looked, finding: `${family}: not needed with masqueradeAll` };
    return {
      severity: 'fault',
      looked,
      finding: `${family} packets between pods of ${few(without)} do not pass the rules: where pod and endpoint are on the same bridge, the answer does not come from the Service's address, and the connection fails`,
      next: `${setting.value === undefined ? 'modprobe br_netfilter && ' : ''}sysctl -w ${setting.path.replaceAll('/', '.')}=1`,
    };
  });
}

/** A bridge has settings of its own, too; either is enough. */
function callsRules(settings: BridgeSettings | undefined, family: Family): boolean {
  return family === 'IPv4' ? settings?.callIptables === true : settings?.callIp6tables === true;
}
