import memoize from 'lodash/memoize.js';
import type { Machine } from '../machine.ts';
import { readSysctl } from '../sysctl.ts';
import { observeConntrack, observeNeighbourTables, observeReversePathDrops } from './conntrack-counters.ts';
import { observeLinks } from './links.ts';
import { observeForwardingEntries, observeNeighbours } from './observe-neighbours.ts';
import { lookUpRoute, observePolicyRules, observeRoutes } from './observe-routes.ts';
import { observePods } from './pod-interfaces.ts';

/** This machine, in the network namespace of this process. Nothing is read before it is asked for, nor twice. */
export function observeMachine(): Machine {
  const interfaces = memoize(observeLinks);
  return {
    interfaces,
    podInterfaces: memoize(async () => observePods(await interfaces())),
    routes: memoize(observeRoutes),
    policyRules: memoize(observePolicyRules),
    lookUpRoute: memoize(lookUpRoute, (query) => JSON.stringify(query)),
    neighbours: memoize(observeNeighbours),
    neighbourTables: memoize(observeNeighbourTables),
    forwardingEntries: memoize(observeForwardingEntries),
    setting: memoize(readSysctl),
    conntrack: memoize(observeConntrack),
    reversePathDrops: memoize(observeReversePathDrops),
  };
}
