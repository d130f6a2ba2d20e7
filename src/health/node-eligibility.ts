import type { NodeRecord } from '../state/records.ts';

/**
 * Whether load balancers may send traffic to this node, according to its Node (KEP-3836). For kube-proxy a node without
 * a Node is not eligible. Here that applies only once a cluster's objects are `loaded`: before, a proxy that waits for
 * the API server would be taken for dead; and files need not have a Node.
 */
export class NodeEligibility {
  readonly #needsNode: boolean;
  #loaded = false;
  #node: NodeRecord | undefined;

  constructor(needsNode: boolean) {
    this.#needsNode = needsNode;
  }

  loaded(node: NodeRecord | undefined): void {
    this.#loaded = true;
    this.seen(node);
  }

  seen(node: NodeRecord | undefined): void {
    this.#node = node ?? this.#node;
  }

  get eligible(): boolean {
    if (this.#node === undefined) return !(this.#needsNode && this.#loaded);
    return !this.#node.beingDeleted;
  }
}
