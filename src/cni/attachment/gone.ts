import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { Attachment } from '../protocol/attachment.ts';
import { hostNameOf } from './names.ts';

/**
 * Tells whether nothing is left of an attachment, as after a restart of the node: neither the container's namespace, which is there
 * before `ADD`, nor the node's end of the pair, which is there as long as the container's.
 */
export function goneFrom(node: NodeNetwork): (attachment: Attachment, netns: string) => boolean {
  return (attachment, netns) =>
    node.namespaceAt(netns) === 'none' && node.findLink(hostNameOf(attachment)) === undefined;
}
