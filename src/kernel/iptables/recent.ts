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
  const answers = new Set(
    possibleAges(lastSeen, read('/proc/timer_list') ?? '').map((age) => age <= seconds),
  );
  return answers.size === 1 ? answers.has(true) : undefined;
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

/**
 * How many seconds ago that was, by /proc/timer_list. The kernel counts jiffies from 300 s before their lower 32 bits run
 * over (INITIAL_JIFFIES in linux/jiffies.h), and does not say how many make a second: some five minutes after the machine
 * started, several rates fit. None fits where nothing can be read.
 */
export function possibleAges(jiffies: number, timerList: string): readonly number[] {
  const uptime = Number(/^now at (\d+) nsecs$/m.exec(timerList)?.[1]) / 1e9;
  const now = Number(/^jiffies: (\d+)$/m.exec(timerList)?.[1]);
  const fitting = usualRates.filter((rate) => {
    const ticking = (now - 2 ** 32) / rate + 300;
    return Math.abs(ticking - uptime) < 1 + uptime / 1000;
  });
  return fitting.map((rate) => (now - jiffies) / rate);
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
