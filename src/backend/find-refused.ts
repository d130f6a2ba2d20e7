import type { ServiceKey } from '../state/records.ts';
import type { ToolError } from './failure.ts';

/** Tries some Services together, and resolves to the reason where they are refused. */
export type RefusalOf = (services: readonly ServiceKey[]) => Promise<ToolError | undefined>;

/**
 * Finds the Services that are refused each by itself: a group that is refused is halved until one stands alone, which
 * is tried once more before it counts. Groups shrink where many are refused and grow where few are, so that `refused`
 * of n Services cost at most refused × (log2(n) + 4) + 1 tries, and about two each where all of them are. `largest`
 * bounds a group, at the price of n / largest tries more.
 */
export async function* findRefused(
  services: readonly ServiceKey[],
  refusalOf: RefusalOf,
  largest = Number.POSITIVE_INFINITY,
): AsyncIterable<readonly [ServiceKey, ToolError]> {
  let size = Math.min(services.length, largest);
  for (let start = 0; start < services.length; ) {
    const group = services.slice(start, start + size);
    if ((await refusalOf(group)) === undefined) {
      start += group.length;
      size = Math.min(size * 2, largest);
      continue;
    }
    const at = await firstRefused(group, refusalOf);
    const [suspect] = group.slice(at);
    const refusal = suspect && (await refusalOf([suspect]));
    if (suspect !== undefined && refusal !== undefined) yield [suspect, refusal];
    start += at + 1;
    size = Math.max(1, size >> 1);
  }
}

/** The place of the first in a refused group for which all up to it are refused, and all before it are not. */
async function firstRefused(group: readonly ServiceKey[], refusalOf: RefusalOf): Promise<number> {
  let [accepted, refused] = [0, group.length];
  while (refused - accepted > 1) {
    const middle = (accepted + refused) >> 1;
    if ((await refusalOf(group.slice(accepted, middle))) === undefined) accepted = middle;
    else refused = middle;
  }
  return accepted;
}
