import { setTimeout as delay } from 'node:timers/promises';
import type { Change } from '../../src/state/records.ts';
import { changePause } from './change-pause.ts';
import { ChangingCluster } from './events.ts';
import { loadCluster, startFollowing } from './proxy.ts';
import { type Quantiles, quantilesOf } from './quantiles.ts';
import { loadStrangersTable } from './strangers.ts';

/** Milliseconds from a change in the source to its commit in the kernel. */
export interface ChangeFigures {
  readonly replaced: Quantiles;
  readonly removed: Quantiles;
  readonly added: Quantiles;
  readonly serviceAdded: Quantiles;
  /** 1,000 endpoints of different Services, as far as there are so many, replaced in one update. */
  readonly thousand: number;
}

const [folder = '', services = '', endpoints = '', strangers = '0'] = process.argv.slice(2);
/** No more than there are endpoints: each round removes one. */
const rounds = Math.min(200, Number(services) * Number(endpoints));
const addedServices = 50;

if (strangers !== '0') await loadStrangersTable(Number(strangers));
const proxy = await startFollowing(await loadCluster(folder));
const cluster = new ChangingCluster({ services: Number(services), endpoints: Number(endpoints) });
/** Different Services, from all of the cluster. */
const chosen = Array.from({ length: rounds }, (_, round) => Math.floor((round * Number(services)) / rounds));
const figures: ChangeFigures = {
  replaced: await measure(chosen.map((index) => () => cluster.replaceEndpoint(index, 0))),
  removed: await measure(chosen.map((index) => () => cluster.removeEndpoint(index, 0))),
  added: await measure(chosen.map((index) => () => cluster.addEndpoint(index))),
  serviceAdded: await measure(Array.from({ length: addedServices }, () => () => cluster.addService())),
  thousand: (await measure([thousandEndpoints])).max,
};
process.stdout.write(JSON.stringify(figures));
process.exit();

/** Each change when the one before is in the kernel. What a source does before it emits is not measured. */
async function measure(changes: readonly (() => readonly Change[])[]): Promise<Quantiles> {
  const times: number[] = [];
  for (const change of changes) {
    const emitted = change();
    await delay(changePause);
    times.push(await proxy.change(emitted));
  }
  return quantilesOf(times);
}

function thousandEndpoints(): readonly Change[] {
  return Array.from({ length: 1_000 }, (_, number) =>
    cluster.replaceEndpoint(number % Number(services), 0),
  ).flat();
}
