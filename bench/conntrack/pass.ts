import { writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { execa } from 'execa';
import { isStale } from '../../src/conntrack/frontends.ts';
import { conntrackTable } from '../../src/kernel/conntrack/conntrack-table.ts';
import type { Address } from '../../src/net/address.ts';
import { addressClaim } from '../../src/state/claims.ts';
import type { ConntrackFigures } from './conntrack.ts';

/** Runs in a network namespace of its own: fills the table, and has passes over it. */

const [flows = 0, stale = 0] = process.argv.slice(2).map(Number);
const services = 1_000;
const passes = 5;
const table = await conntrackTable();
const present = new Map(
  Array.from({ length: services }, (_, at) => [
    addressClaim(serviceAddress(at), 'UDP', 53),
    new Set([`${podAddress(at, true)}:53`]),
  ]),
);
await fill(flows);
const delay = monitorEventLoopDelay({ resolution: 1 });
const times: number[] = [];
let deleted = 0;
for (let pass = 0; pass < passes; pass += 1) {
  if (pass > 0) await fill(stale);
  delay.enable();
  const started = performance.now();
  deleted = await table.deleteFlows('IPv4', ['UDP'], (flow) => isStale(flow, present));
  times.push(performance.now() - started);
  delay.disable();
}
const milliseconds = times.sort((a, b) => a - b)[passes >> 1] ?? 0;
const figures: ConntrackFigures = { flows, stale, deleted, milliseconds, longestTurn: delay.max / 1e6 };
process.stdout.write(JSON.stringify(figures));

async function fill(count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, at) => entry(at));
  await writeFile('/run/flows', lines.join(''));
  await execa('conntrack', ['-R', '/run/flows'], { stdout: 'ignore', stderr: 'ignore' });
}

function entry(at: number): string {
  const [client, service] = [`10.${64 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`, serviceAddress(at)];
  const pod = podAddress(at, at >= stale);
  return `-I -p udp -t 3600 -s ${client} -d ${service} --sport 1024 --dport 53 -r ${pod} -q ${client} --reply-port-src 53 --reply-port-dst 1024\n`;
}

function serviceAddress(at: number): Address {
  const number = at % services;
  return `10.96.${number >> 8}.${number & 255}` as Address;
}

function podAddress(at: number, isPresent: boolean): Address {
  const number = isPresent ? at % services : at;
  return `10.${isPresent ? 32 : 33}.${number >> 8}.${number & 255}` as Address;
}
