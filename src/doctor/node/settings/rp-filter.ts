import type { Interface } from '../../../kernel/node/machine.ts';
import { familyOf } from '../../../net/address.ts';
import type { Finding } from '../../check.ts';
import { few } from '../../cluster/few.ts';
import { type DoctorContext, defineCheck } from '../../doctor-check.ts';
import { type ReturnRoute, returnRoutes } from '../network/return-routes.ts';
import { formatSetting, type Setting, setTo } from './settings.ts';

interface Observed {
  readonly all: Setting;
  /** Interfaces with IPv4 addresses. */
  readonly interfaces: readonly { readonly name: string; readonly own: Setting }[];
  readonly routes: readonly ReturnRoute[];
  /** Packets that the filter dropped since boot, of any kind. */
  readonly drops: number;
}

/**
 * Whether the reverse path filter drops packets of clients. A strict filter drops packets that come in by another
 * interface than replies would leave by (RFC 3704; fib_validate_source in the kernel). The return route is looked up
 * after DNAT, so for a node port it is the pod's: routing policy rules for the node's address do not help.
 */
export const rpFilter = defineCheck<Observed>({
  check: 'rp-filter',
  title: 'Reverse path filter',
  observe,
  judge: judgeRpFilter,
});

const strict = 1;

async function observe(context: DoctorContext): Promise<Observed> {
  const { machine } = context;
  const setting = async (name: string): Promise<Setting> => {
    const path = `net/ipv4/conf/${name}/rp_filter`;
    return { path, value: await machine.setting(path) };
  };
  const all = await setting('all');
  const held = context.families.includes('IPv4') ? (await machine.interfaces()).filter(hasIPv4) : [];
  const interfaces = await Promise.all(held.map(async ({ name }) => ({ name, own: await setting(name) })));
  const strictOnes = new Set(
    interfaces.filter(({ own }) => effective(all, own) === strict).map(({ name }) => name),
  );
  const suspects = held.filter(({ name }) => strictOnes.has(name));
  return {
    all,
    interfaces,
    routes: suspects.length === 0 ? [] : await returnRoutes(suspects, context),
    drops: await machine.reversePathDrops(),
  };
}

function hasIPv4({ up, loopback, addresses }: Interface): boolean {
  return up && !loopback && addresses.some(({ address }) => familyOf(address) === 'IPv4');
}

/** The larger of the two values applies (Documentation/networking/ip-sysctl.rst). */
function effective(all: Setting, own: Setting): number {
  return Math.max(all.value ?? 0, own.value ?? 0);
}

export function judgeRpFilter({ all, interfaces, routes, drops }: Observed): readonly Finding[] {
  if (interfaces.length === 0) return [];
  // Without a return route there is no reply in any case, which is a matter for the check of routes.
  const dropped = routes.filter(({ input, output }) => output !== undefined && input !== output);
  const inputs = Map.groupBy(dropped, ({ input }) => input);
  if (inputs.size > 0)
    return [...inputs].map(([input, lost]) => {
      const own = interfaces.find(({ name }) => name === input)?.own ?? all;
      return droppedBy(input, lost, `${formatSetting(all)}, ${formatSetting(own)}`, drops);
    });
  const strictOnes = interfaces.filter(({ own }) => effective(all, own) === strict).map(({ name }) => name);
  return [
    {
      severity: 'ok',
      looked: `${formatSetting(all)}, ${interfaces.map(({ own }) => formatSetting(own)).join(', ')}; ${drops} packets dropped since boot`,
      finding:
        strictOnes.length === 0
          ? 'strict on no interface'
          : `strict on ${few(strictOnes)}, where the way back is the same`,
    },
  ];
}

function droppedBy(input: string, lost: readonly ReturnRoute[], settings: string, drops: number): Finding {
  const [first] = lost;
  const addresses = [...new Set(lost.map(({ asked }) => asked))];
  const networks = [...new Set(lost.map(({ network }) => network))];
  const byPods = lost.every(({ from }) => from !== 'node');
  const output = `by ${first?.output}`;
  const who = byPods && first !== undefined ? `from pod ${first.from} ` : '';
  return {
    severity: lost.some(({ ofNode }) => ofNode) ? 'fault' : 'warning',
    looked: `${settings}, ip route get ${first?.client} from ${first?.from === 'node' ? first.asked : first?.from}: ${output}; ${drops} packets dropped since boot (IPReversePathFilter)`,
    finding: `the reverse path filter drops what clients beyond ${networks.join(', ')} send to ${addresses.join(', ')}${byPods ? ' (node ports)' : ''}: it comes in by ${input}, but the way back ${who}leaves ${output}`,
    next: `${setTo(`net/ipv4/conf/${input}/rp_filter`, 2)} (loose), or route the answers by ${input}`,
  };
}
