import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { openNetlinkTable } from '../../src/kernel/netlink/nf-tables/netlink-table.ts';
import type { Data, Key } from '../../src/nftables/table/table.ts';
import type { Transaction } from '../../src/nftables/table/table-transaction.ts';
import { clusterIP } from '../objects.ts';
import { plansFrom } from '../plans.ts';
import { bareSlotMap, bareTable, bareTableName } from './bare-table.ts';
import { changePause } from './change-pause.ts';
import { median } from './quantiles.ts';
import { loadStrangersTable } from './strangers.ts';

/**
 * One element replaced in the floor's table by the netlink codec alone: what an endpoint that is replaced takes at
 * least. Milliseconds, p50.
 */
export interface CodecFigures {
  /** One right after another. */
  readonly inLoop: number;
  /** As far apart as the changes that are measured: the processor has done something else in between. */
  readonly apart: number;
}

const [folder = '', services = '', , strangers = '0'] = process.argv.slice(2);
if (strangers !== '0') await loadStrangersTable(Number(strangers));
const file = '/run/bare.nft';
await writeFile(file, bareTable(await plansFrom(folder)));
await execa('nft', ['-f', file]);
const table = await openNetlinkTable({ family: 'ip', name: bareTableName, declaration: () => bareSlotMap });
const figures: CodecFigures = {
  inLoop: await measure(1_000, async () => {}),
  apart: await measure(200, () => delay(changePause)),
};
process.stdout.write(JSON.stringify(figures));

async function measure(rounds: number, pause: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await pause();
    times.push(await apply(replacement(round, rounds)));
  }
  return median(times);
}

async function apply(transaction: Transaction): Promise<number> {
  const started = performance.now();
  await table.apply(transaction);
  return performance.now() - started;
}

/** The first slot of a Service gets another endpoint; the Services are from all of the cluster. */
function replacement(round: number, rounds: number): Transaction {
  const index = Math.floor((round * Number(services)) / rounds);
  const key = `${clusterIP(index)} . 80 . 0` as Key;
  const data = `10.192.${round >> 8}.${round & 255} . 8080` as Data;
  const set = bareSlotMap.name;
  return [
    { kind: 'delete-elements', set, keys: [key] },
    { kind: 'add-elements', set, elements: [[key, data]] },
  ];
}
