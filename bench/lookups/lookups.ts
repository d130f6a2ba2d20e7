import { UserError } from '../../src/program/exit-status.ts';
import { median } from '../nftables/quantiles.ts';
import { machine } from '../nftables/setup.ts';
import { inOwnNetwork } from '../own-network.ts';
import { markdownTable } from '../table.ts';
import type { Dispatch } from './dispatch-table.ts';

const services = 45_000;
const packets = 200_000;
const rounds = 3;
const dispatches: readonly Dispatch[] = ['none', 'map', 10, 30, 100];

/** What it costs a packet to find the chain of its Service, by the ways that nf_tables has. Takes no arguments. */
export async function lookupsBenchmark(args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new UserError(`lookups takes no arguments, got ${args.join(' ')}`);
  const before = machine();
  const taken = new Map<Dispatch, number[]>(dispatches.map((dispatch) => [dispatch, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [dispatch, times] of taken) {
      const args = [String(dispatch), String(services), String(packets)];
      times.push(await inOwnNetwork<number>('lookups/packets.ts', args));
    }
  }
  const without = median(taken.get('none') ?? []);
  const rows = [...taken].map(([dispatch, times]) => {
    const time = median(times);
    return [
      titleOf(dispatch),
      `${time.toFixed(0)} ns`,
      dispatch === 'none' ? '–' : `${(time - without).toFixed(0)} ns`,
    ];
  });
  process.stdout.write(
    `${before}\n\n${markdownTable(['dispatch', 'system time a packet', 'of that, lookups'], rows)}`,
  );
}

function titleOf(dispatch: Dispatch): string {
  if (dispatch === 'none') return 'none';
  return dispatch === 'map' ? 'one map of verdicts' : `${dispatch} sets`;
}
