import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { Ipam } from '../ipam/ipam.ts';
import type { Attachment } from '../protocol/attachment.ts';
import { aliasOf, aliasPrefix } from './names.ts';
import { removeIfThere } from './pair.ts';

/**
 * Removes the pairs and addresses of all attachments to the network but these; none where it is not known which are valid. Goes on
 * after an error, and throws the first.
 */
export function collectGarbage(
  node: NodeNetwork,
  ipam: Pick<Ipam, 'gc'>,
  network: string,
  valid: readonly Attachment[] | undefined,
): void {
  const pairs = valid === undefined ? [] : stalePairs(node, network, valid);
  const steps = [...pairs, () => ipam.gc(valid)];
  const errors = steps.flatMap((step) => {
    try {
      step();
      return [];
    } catch (error) {
      return [error];
    }
  });
  if (errors.length > 0) throw errors[0];
}

function stalePairs(
  node: NodeNetwork,
  network: string,
  valid: readonly Attachment[],
): readonly (() => void)[] {
  const kept = new Set(valid.map((attachment) => aliasOf(network, attachment)));
  return node
    .listLinks()
    .filter(
      ({ kind, alias }) => kind === 'veth' && alias?.startsWith(aliasPrefix(network)) && !kept.has(alias),
    )
    .map(
      ({ index }) =>
        () =>
          removeIfThere(() => node.removeLink(index)),
    );
}
