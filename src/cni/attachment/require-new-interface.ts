import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { Ipam } from '../ipam/ipam.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import type { AttachmentRequest } from './attachment-request.ts';
import { hostNameOf } from './names.ts';
import { removePair } from './pair.ts';

/**
 * Throws a `CniError` where the container is not there (3, 4), or has an interface of that name (103). One that an earlier call
 * left half-made does not count: the node's end of its pair has no alias yet.
 */
export function requireNewInterface(
  node: NodeNetwork,
  ipam: Ipam,
  { attachment, netns }: AttachmentRequest,
): void {
  const host = node.findLink(hostNameOf(attachment));
  const isHalfMade = host !== undefined && host.alias === undefined;
  switch (node.namespaceAt(netns)) {
    case 'own':
      throw ownNamespace(netns);
    case 'none':
      // This error says that no DEL has to follow.
      if (host === undefined || isHalfMade) {
        removePair(node, attachment);
        ipam.del();
      }
      throw new CniError(errorCodes.unknownContainer, `CNI_NETNS ${netns} is no network namespace`);
    case 'namespace': {
      const present = node.inNamespace(netns, (inside) => inside.findLink(attachment.ifname));
      if (present === undefined || (isHalfMade && present.peer === host.index)) return;
      throw new CniError(
        errorCodes.interfaceExists,
        `the container has an interface ${attachment.ifname} already`,
        `It is in ${netns}. DEL removes it; CNI_IFNAME may name another one.`,
      );
    }
  }
}

export function ownNamespace(netns: string): CniError {
  return new CniError(
    errorCodes.invalidEnvironment,
    `invalid environment variables: CNI_NETNS must not be the node's own network namespace; it is ${netns}`,
  );
}
