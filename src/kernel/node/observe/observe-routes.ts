import { z } from 'zod';
import { type Address, parseAddress } from '../../../net/address.ts';
import { type Cidr, parseCidr } from '../../../net/cidr.ts';
import { addressBits, type Family } from '../../../net/family.ts';
import { Unobservable } from '../../unobservable.ts';
import type { FoundRoute, NextHop, PolicyRule, Route, RouteQuery } from '../machine.ts';
import { listByIp } from './list-by-ip.ts';

/** The routes of every table but `local`. */
export async function observeRoutes(family: Family): Promise<readonly Route[]> {
  const args = [option(family), '-d', '-j', 'route', 'show', 'table', 'all'];
  const entries = await listByIp(routeEntry, 'ip', args);
  return entries.flatMap((entry) => {
    const destination = destinationOf(entry.dst, family);
    return destination === undefined || entry.table === 'local' ? [] : [routeOf(entry, destination)];
  });
}

const hop = z.object({
  dev: z.string().optional(),
  gateway: z.string().optional(),
  /** A gateway of the other family. */
  via: z.object({ host: z.string() }).optional(),
});

const routeEntry = hop.extend({
  dst: z.string(),
  type: z.string().default('unicast'),
  table: z.string().default('main'),
  protocol: z.string().default('boot'),
  nexthops: z.array(hop).default([]),
});

function routeOf(entry: z.infer<typeof routeEntry>, destination: Cidr): Route {
  return {
    destination,
    table: entry.table,
    type: entry.type,
    protocol: entry.protocol,
    hops: [entry, ...entry.nexthops].flatMap(hopOf),
  };
}

function hopOf({ dev, gateway, via }: z.infer<typeof hop>): readonly NextHop[] {
  return dev === undefined ? [] : [{ device: dev, gateway: addressIn(gateway ?? via?.host) }];
}

function destinationOf(text: string, family: Family): Cidr | undefined {
  if (text === 'default') return parseCidr(family === 'IPv4' ? '0.0.0.0/0' : '::/0');
  return parseCidr(text.includes('/') ? text : `${text}/${addressBits[family]}`);
}

/** The rules that say which table is asked, in the kernel's order. */
export async function observePolicyRules(family: Family): Promise<readonly PolicyRule[]> {
  const entries = await listByIp(policyEntry, 'ip', [option(family), '-j', 'rule', 'show']);
  return entries.map(({ priority, src, table, fwmark, fwmask, not }) => ({
    priority,
    source: src,
    table: table ?? '',
    mark:
      // `not fwmark` takes what has another mark.
      fwmark === undefined || not !== undefined
        ? undefined
        : { value: Number(fwmark), mask: fwmask === undefined ? 0xffffffff : Number(fwmask) },
  }));
}

const policyEntry = z.object({
  priority: z.number(),
  src: z.string(),
  table: z.string().optional(),
  fwmark: z.string().optional(),
  fwmask: z.string().optional(),
  not: z.unknown().optional(),
});

/** Asks the kernel where a packet would go; `undefined` where it would go nowhere. */
export async function lookUpRoute({ to, from, input, mark }: RouteQuery): Promise<FoundRoute | undefined> {
  const args = [
    ...(from === undefined ? [] : ['from', from]),
    ...(input === undefined ? [] : ['iif', input]),
    ...(mark === undefined ? [] : ['mark', String(mark)]),
  ];
  try {
    const [found] = await listByIp(foundEntry, 'ip', ['-j', 'route', 'get', to, ...args]);
    if (found?.dev === undefined) return undefined;
    return {
      device: found.dev,
      gateway: addressIn(found.gateway ?? found.via?.host),
      source: addressIn(found.prefsrc),
    };
  } catch (error) {
    // The kernel's refusals: no route, or one that refuses.
    if (error instanceof Unobservable && error.message.includes('RTNETLINK answers')) return undefined;
    throw error;
  }
}

const foundEntry = hop.extend({ prefsrc: z.string().optional() });

function addressIn(text: string | undefined): Address | undefined {
  return text === undefined ? undefined : parseAddress(text);
}

function option(family: Family): string {
  return family === 'IPv4' ? '-4' : '-6';
}
