import { readFileSync } from 'node:fs';
import { type Address, parseAddress } from '../../net/address.ts';

/**
 * Whether a list of xt_recent has the address, seen in the last `seconds` where these are given. `undefined` where the
 * list cannot be read, or nobody knows how old its entry is.
 */
export function isRemembered(list: string, address: Address, seconds?: number): boolean | undefined {
  const entries = readList(list);
  if (entries === undefined) return undefined;
  const lastSeen = entries.get(address);
  if (lastSeen === undefined) return false;
  if (seconds === undefined) return true;
  const age = secondsSince(lastSeen);
  return age === undefined ? undefined : age <= seconds;
}

/** By address, when it was seen last, in jiffies. */
function readList(list: string): ReadonlyMap<Address, number> | undefined {
  const text = list.includes('/') ? undefined : read(`/proc/net/xt_recent/${list}`);
  return text === undefined ? undefined : readRecentList(text);
}

/** Lines such as `src=10.244.0.5 ttl: 64 last_seen: 4295123456 oldest_pkt: 1 4295123456`. */
export function readRecentList(text: string): ReadonlyMap<Address, number> {
  const entries = [...text.matchAll(/^src=(\S+) .*?last_seen: (\d+)/gm)];
  return new Map(
    entries.flatMap(([, source = '', seen]) => {
      const address = parseAddress(source);
      return address === undefined ? [] : [[address, Number(seen)] as const];
    }),
  );
}

/** The kernel counts jiffies from 300 s before their lower 32 bits run over (INITIAL_JIFFIES), and does not say how many make a second. */
function secondsSince(jiffies: number): number | undefined {
  const now = Number(/^jiffies: (\d+)$/m.exec(read('/proc/timer_list') ?? '')?.[1]);
  const uptime = Number.parseFloat(read('/proc/uptime') ?? '');
  const rate = (now - 2 ** 32) / (uptime - 300);
  const perSecond = usualRates.find((usual) => Math.abs(rate - usual) < usual / 100);
  return perSecond === undefined ? undefined : (now - jiffies) / perSecond;
}

/** What CONFIG_HZ may be. */
const usualRates = [100, 250, 300, 1000];

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
