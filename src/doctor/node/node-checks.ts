import type { DoctorCheck } from '../doctor-check.ts';
import { bridgeNetfilter } from './bridge-netfilter.ts';
import { cidrs } from './cidrs.ts';
import { conntrack } from './conntrack.ts';
import { forwarding } from './forwarding.ts';
import { hairpin } from './hairpin.ts';
import { marks } from './marks.ts';
import { mtu } from './mtu.ts';
import { neighbours } from './neighbours.ts';
import { nodeAddresses } from './node-addresses.ts';
import { objects } from './objects.ts';
import { routeLocalnet } from './route-localnet.ts';
import { routes } from './routes.ts';
import { rpFilter } from './rp-filter.ts';

/** What the node itself must be like, whatever the rules are. */
export const nodeChecks: readonly DoctorCheck[] = [
  objects,
  nodeAddresses,
  cidrs,
  routes,
  forwarding,
  rpFilter,
  routeLocalnet,
  bridgeNetfilter,
  hairpin,
  mtu,
  neighbours,
  conntrack,
  marks,
];
