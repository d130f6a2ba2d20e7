import type { DoctorCheck } from '../doctor-check.ts';
import { cidrs } from './network/cidrs.ts';
import { mtu } from './network/mtu.ts';
import { neighbours } from './network/neighbours.ts';
import { routes } from './network/routes.ts';
import { nodeAddresses } from './node-identity.ts';
import { objects } from './objects.ts';
import { bridgeNetfilter } from './settings/bridge-netfilter.ts';
import { conntrack } from './settings/conntrack-table-size.ts';
import { forwarding } from './settings/forwarding.ts';
import { hairpin } from './settings/hairpin.ts';
import { marks } from './settings/packet-marks.ts';
import { routeLocalnet } from './settings/route-localnet.ts';
import { rpFilter } from './settings/rp-filter.ts';

/** The checks of the node itself, independent of the rules. */
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
