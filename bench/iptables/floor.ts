import { execa } from 'execa';
import { desiredRules } from '../../src/iptables/desired-rules.ts';
import { fullTransaction } from '../../src/iptables/full-transaction.ts';
import { type BatchSize, restoreInputs } from '../../src/iptables/restore-input.ts';
import { iptablesRuleFiles } from '../../src/kernel/rule-files.ts';
import { plansFrom } from '../plans.ts';
import { iptablesOptionsFor } from './rules.ts';

/** What iptables-restore alone takes for the rules of a cluster, seconds. */
export interface Floor {
  readonly firstSync: number;
  /** How many calls the fastest way needs. */
  readonly batches: number;
}

const [folder = '', services = '', , variant = ''] = process.argv.slice(2);
const batchSizes: readonly BatchSize[] = variant === 'nft' ? [100, 200, 250, 300] : ['all'];
const plans = await plansFrom(folder);
let best: Floor | undefined;
for (const batchSize of batchSizes) {
  const inputs = await inputsOf(batchSize);
  const runs = Number(services) <= 1_000 ? 3 : 1;
  for (let run = 0; run < runs; run++) {
    const seconds = await restoreAll(inputs);
    if (best === undefined || seconds < best.firstSync) best = { firstSync: seconds, batches: inputs.length };
  }
}
process.stdout.write(JSON.stringify(best));

/** All the inputs, made beforehand: the clock runs for the tool alone. */
async function inputsOf(batchSize: BatchSize): Promise<readonly string[]> {
  const desired = desiredRules(iptablesRuleFiles(), plans, iptablesOptionsFor(plans));
  const nothing = { tables: new Map(), serviceChains: new Map() };
  return [...restoreInputs(fullTransaction(nothing, desired), batchSize)].map((input) => [...input].join(''));
}

/** Each run starts from an empty network namespace, which one shell keeps while it feeds the tool file by file. */
async function restoreAll(inputs: readonly string[]): Promise<number> {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const scratch = await mkdtemp('/run/floor-');
  for (const [index, input] of inputs.entries()) {
    await writeFile(`${scratch}/${String(index).padStart(6, '0')}`, input);
  }
  const script = 'for file in "$1"/*; do "$2" --noflush --wait=5 <"$file" || exit 1; done';
  const started = performance.now();
  await execa('unshare', ['--net', 'sh', '-c', script, 'sh', scratch, `iptables-${variant}-restore`]);
  const seconds = (performance.now() - started) / 1000;
  await rm(scratch, { recursive: true });
  return seconds;
}
