import { isZeroCidr } from '../../../net/cidr.ts';
import type { Family } from '../../../net/family.ts';
import type { Finding } from '../../check.ts';
import { type DoctorContext, defineCheck } from '../../doctor-check.ts';
import { familiesInUse, observeRoles } from '../node-facts.ts';
import { formatSetting, readSettings, type Setting, setTo } from './settings.ts';

interface Observed {
  /** The setting of each family in use. */
  readonly families: readonly { readonly family: Family; readonly setting: Setting }[];
  /** IPv4 also has a setting for each interface; those of interfaces that Service traffic comes in by. */
  readonly interfaces: readonly { readonly name: string; readonly setting: Setting }[];
  /** Interfaces whose IPv6 default route the kernel has from router advertisements. */
  readonly advertised: readonly {
    readonly name: string;
    readonly acceptRa: Setting;
    readonly forwarding: Setting;
  }[];
}

/** Whether the node forwards packets between pods and the outside at all. */
export const forwarding = defineCheck<Observed>({
  check: 'forwarding',
  title: 'IP forwarding',
  observe,
  judge: judgeForwarding,
});

const switches = { IPv4: 'net/ipv4/ip_forward', IPv6: 'net/ipv6/conf/all/forwarding' } as const;

async function observe(context: DoctorContext): Promise<Observed> {
  const { machine } = context;
  const families = familiesInUse(context);
  const roles = await observeRoles(context);
  const passed = [...roles.uplinks, ...roles.bridges.map(({ bridge }) => bridge), ...roles.routedPods];
  const names = [...passed, ...roles.tunnels].map(({ name }) => name);
  const one = async (path: string): Promise<Setting> => ({ path, value: await machine.setting(path) });
  return {
    families: await Promise.all(
      families.map(async (family) => ({ family, setting: await one(switches[family]) })),
    ),
    interfaces: await Promise.all(
      (families.includes('IPv4') ? names : []).map(async (name) => ({
        name,
        setting: await one(`net/ipv4/conf/${name}/forwarding`),
      })),
    ),
    advertised: families.includes('IPv6') ? await observeAdvertised(context) : [],
  };
}

async function observeAdvertised({ machine }: DoctorContext): Promise<Observed['advertised']> {
  const routes = (await machine.routes('IPv6')).filter(
    ({ destination, protocol }) => isZeroCidr(destination) && protocol === 'ra',
  );
  const names = new Set(routes.flatMap(({ hops }) => hops.map(({ device }) => device)));
  return Promise.all(
    [...names].map(async (name) => {
      const paths = [`net/ipv6/conf/${name}/accept_ra`, `net/ipv6/conf/${name}/forwarding`];
      const [acceptRa, forwarding] = await readSettings(machine, paths);
      if (acceptRa === undefined || forwarding === undefined) throw new Error(`no settings of ${name}`);
      return { name, acceptRa, forwarding };
    }),
  );
}

export function judgeForwarding({ families, interfaces, advertised }: Observed): readonly Finding[] {
  const off = families.filter(({ setting }) => setting.value === 0);
  const offFamilies = off.map(({ family }) => family);
  return [
    ...off.map(({ family, setting }) => familyOff(family, setting)),
    // While the family's setting is off, those of interfaces add nothing.
    ...(offFamilies.includes('IPv4') ? [] : interfaces.flatMap(interfaceOff)),
    ...advertised.flatMap(ignoresRouters),
    ...families
      .filter(({ family }) => !offFamilies.includes(family))
      .map(({ family, setting }): Finding => {
        return { severity: 'ok', looked: formatSetting(setting), finding: `${family} is on` };
      }),
  ];
}

function familyOff(family: Family, setting: Setting): Finding {
  return {
    severity: 'fault',
    looked: formatSetting(setting),
    finding: `the node forwards no ${family} packets: pods and clients from outside reach no endpoint through it`,
    next: `${setTo(setting.path, 1)}, and keep it in /etc/sysctl.d/`,
  };
}

function interfaceOff({ name, setting }: Observed['interfaces'][number]): readonly Finding[] {
  if (setting.value !== 0) return [];
  return [
    {
      severity: 'fault',
      looked: formatSetting(setting),
      finding: `packets that come in by ${name} are not forwarded`,
      next: setTo(setting.path, 1),
    },
  ];
}

/** With forwarding on, the kernel accepts no default route by router advertisements unless accept_ra is 2. */
function ignoresRouters({ name, acceptRa, forwarding }: Observed['advertised'][number]): readonly Finding[] {
  if (acceptRa.value !== 1 || forwarding.value === 0) return [];
  return [
    {
      severity: 'warning',
      looked: `${formatSetting(acceptRa)}, ${formatSetting(forwarding)}`,
      finding: `${name} forwards, so router advertisements are ignored, and the IPv6 default route ends with its lifetime`,
      next: setTo(acceptRa.path, 2),
    },
  ];
}
