import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { Ipam } from '../ipam/ipam.ts';
import type { Attachment } from '../protocol/attachment.ts';
import { removeIfThere, removePair } from './pair.ts';

/**
 * Removes the interface of a container, and gives its addresses back after that. Whatever of it is not there any more is done:
 * the namespace, the interface, the addresses. `netns` may be empty. Throws as `addAttachment`.
 */
export function deleteAttachment(
  node: NodeNetwork,
  ipam: Pick<Ipam, 'del'>,
  attachment: Attachment,
  netns: string,
): void {
  removePair(node, attachment);
  // One that another plugin made has another name on the node.
  if (netns !== '') removeInside(node, netns, attachment.ifname);
  ipam.del();
}

function removeInside(node: NodeNetwork, netns: string, ifname: string): void {
  if (node.namespaceAt(netns) !== 'namespace') return;
  try {
    node.inNamespace(netns, (inside) => {
      const link = inside.findLink(ifname);
      if (link !== undefined) removeIfThere(() => inside.removeLink(link.index));
    });
  } catch (error) {
    if (node.namespaceAt(netns) === 'namespace') throw error;
  }
}
