import { readFile } from 'node:fs/promises';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Instruments } from './instruments.ts';

/** What prom-client knows of the process and of Node.js, and what Go's client knows besides. */
export function registerProcessMetrics(registry: Registry, instruments: Instruments): void {
  collectDefaultMetrics({ register: registry });
  instruments.collectedGauge(
    'process_virtual_memory_max_bytes',
    'Maximum amount of virtual memory available in bytes',
    async (gauge) => gauge.set(addressSpaceLimit(await readFile('/proc/self/limits', 'utf8'))),
  );
  const network = [
    { name: 'receive', field: 'InOctets', help: "Bytes received by the process's network namespace" },
    { name: 'transmit', field: 'OutOctets', help: "Bytes sent by the process's network namespace" },
  ];
  for (const { name, field, help } of network) {
    instruments.collectedCounter(`process_network_${name}_bytes_total`, help, async (counter) => {
      const octets = ipStatistic(await readFile('/proc/self/net/netstat', 'utf8'), field);
      counter.reset();
      counter.inc(octets);
    });
  }
}

/** Bytes; the largest number of 64 bits where there is no limit. */
export function addressSpaceLimit(limits: string): number {
  const soft = /^Max address space\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? 2 ** 64 - 1 : Number(soft);
}

/** A value of /proc/net/netstat, which has the names in one line and the numbers in the next. */
export function ipStatistic(netstat: string, field: string): number {
  const [names = [], values = []] = netstat
    .split('\n')
    .filter((line) => line.startsWith('IpExt:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf(field)] ?? 0);
}
