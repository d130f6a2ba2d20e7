/** What kube-proxy's log tells of its IPv4 syncs; a failed one, which it repeats, never completes. */
export type SyncEvent =
  | { readonly phase: 'begun' }
  | {
      readonly phase: 'complete';
      /** Endpoints of all Services that the rules are for. */
      readonly endpoints: number;
      readonly milliseconds: number;
    };

/** Reads the log of `kube-proxy -v=2 --logging-format=json`. */
export async function* syncEvents(lines: AsyncIterable<string>): AsyncGenerator<SyncEvent, never> {
  let endpoints = 0;
  let failed = false;
  let last = '';
  for await (const line of lines) {
    last = line;
    const { msg, ipFamily, ...values } = entry(line);
    if (ipFamily !== 'IPv4') continue;
    if (msg === 'Syncing iptables rules' || msg === 'Syncing nftables rules') {
      failed = false;
      yield { phase: 'begun' };
    } else if (msg === 'Reloading service iptables data' || msg === 'Reloading service nftables data') {
      endpoints = Number(values.numEndpoints);
    } else if (msg === 'Failed to execute iptables-restore' || msg === 'Sync failed') {
      failed = true;
      process.stderr.write(`${line}\n`);
    } else if (msg === 'SyncProxyRules complete' && !failed) {
      yield { phase: 'complete', endpoints, milliseconds: milliseconds(String(values.elapsed)) };
    }
  }
  throw new Error(`kube-proxy ended: ${last}`);
}

/** Lines before the logging format is set, and those of libraries, are plain text. */
function entry(line: string): Readonly<Record<string, unknown>> {
  return line.startsWith('{') ? JSON.parse(line) : {};
}

const units: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  µs: 1e-3,
  ns: 1e-6,
};

/** A duration as Go writes it: `1m2.5s`, `35.2ms`. */
function milliseconds(duration: string): number {
  const parts = duration.matchAll(/([\d.]+)(h|ms|m|s|µs|ns)/g);
  return parts.reduce((sum, [, value, unit = '']) => sum + Number(value) * (units[unit] ?? Number.NaN), 0);
}
