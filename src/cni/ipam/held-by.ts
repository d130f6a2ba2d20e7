import type { Reservation } from '../../kernel/cni/reservation-folder.ts';
import type { Attachment } from '../protocol/attachment.ts';

/** Files of old versions of host-local name the container alone. */
export function isHeldBy({ containerId, ifname }: Reservation, attachment: Attachment): boolean {
  return containerId === attachment.containerId && (ifname === undefined || ifname === attachment.ifname);
}
