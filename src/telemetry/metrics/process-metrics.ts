import { readFile } from 'node:fs/promises';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Instruments } from './instruments.ts';

/** prom-client's metrics of the process and Node.js, and those that only Go's client has. */
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

/** The limit in bytes; the largest number of 64 bits if there is none. */
export function addressSpaceLimit(limits: string): number {
  const soft = /^Max address space\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? 2 ** 64 - 1 : Number(soft);
}

/** A value of /proc/net/netstat, which has names in one line and values in the next. */
export function ipStatistic(netstat: string, field: string): number {
  const [names = [], values = []] = netstat
    .split('\n')
    .filter((line) => line.startsWith('IpExt:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf(field)] ?? 0);
}
