import { byteAttribute, nestedAttribute } from '../netlink-attributes.ts';
import { AF_BRIDGE } from './families.ts';
import { IFLA, linkHeader } from './link-settings.ts';
import type { RouteSocket } from './route-socket.ts';

/** What can be set of a bridge's port. */
export interface BridgePort {
  /** Whether frames may leave by the port that they came in by, as from a pod by a Service to itself. */
  readonly hairpin?: boolean;
  /** Whether it reaches only ports that are not isolated. */
  readonly isolated?: boolean;
}

/** Throws a `KernelError`, also where the link is no port of a bridge. */
export function changeBridgePort(socket: RouteSocket, link: number, { hairpin, isolated }: BridgePort): void {
  socket.change({
    type: RTM_SETLINK,
    header: linkHeader({ index: link, family: AF_BRIDGE }),
    attributes: [
      nestedAttribute(IFLA.portInfo, [
        ...(hairpin === undefined ? [] : [byteAttribute(IFLA_BRPORT_MODE, Number(hairpin))]),
        ...(isolated === undefined ? [] : [byteAttribute(IFLA_BRPORT_ISOLATED, Number(isolated))]),
      ]),
    ],
    purpose: `change the bridge port ${link}`,
  });
}

const RTM_SETLINK = 19;
const [IFLA_BRPORT_MODE, IFLA_BRPORT_ISOLATED] = [4, 33];
