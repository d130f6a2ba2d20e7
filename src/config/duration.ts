/** A length of time in milliseconds; a fraction holds micro- and nanoseconds. */
export type Milliseconds = number & { readonly brand: 'Milliseconds' };

const unitNanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

// Go keeps durations as nanoseconds in 64 bits, about 292 years.
const longestNanoseconds = 2n ** 63n - 1n;

/**
 * Reads a duration as Go writes it (`300ms`, `1h15m30.918273645s`, `0`), which is the form of every duration in
 * Kubernetes' configuration files; `undefined` when the text is none. Digits below a nanosecond are cut off.
 */
export function parseDuration(text: string): Milliseconds | undefined {
  const negative = text.startsWith('-');
  const magnitude = text.replace(/^[+-]/, '');
  if (magnitude === '0') return milliseconds(0);
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(magnitude)) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of magnitude.matchAll(/(\d*)\.?(\d*)([^\d.]+)/g)) {
    total += partNanoseconds(whole, fraction, unitNanoseconds[unit] ?? 0n);
  }
  if (total > longestNanoseconds) return undefined;
  return fromNanoseconds(negative ? -total : total);
}

/** The duration as Go prints it: `15m0s`, `1.5s`, `100ms`, `0s`. */
export function formatDuration(duration: Milliseconds): string {
  const total = toNanoseconds(duration);
  const sign = total < 0n ? '-' : '';
  const magnitude = total < 0n ? -total : total;
  return magnitude < 1_000_000_000n ? sign + formatSubsecond(magnitude) : sign + formatClock(magnitude);
}

export function milliseconds(value: number): Milliseconds {
  return value as Milliseconds;
}

/** The duration of this many nanoseconds, the unit of durations that Kubernetes writes as bare integers. */
export function fromNanoseconds(total: bigint): Milliseconds {
  return milliseconds(Number(total / 1_000_000n) + Number(total % 1_000_000n) / 1e6);
}

// Whole milliseconds apart from the rest, so that long durations lose no digits in the multiplication.
function toNanoseconds(duration: Milliseconds): bigint {
  const whole = Math.trunc(duration);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((duration - whole) * 1e6));
}

function partNanoseconds(whole: string, fraction: string, unit: bigint): bigint {
  return BigInt(whole) * unit + (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
}

function formatSubsecond(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 3)}\u00b5s`;
  return `${decimal(nanoseconds, 6)}ms`;
}

function formatClock(nanoseconds: bigint): string {
  const minutes = nanoseconds / 60_000_000_000n;
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits);
  const fraction = (value % unit).toString().padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`;
}
