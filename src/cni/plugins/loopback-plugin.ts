import type { NamespaceNetwork, NodeNetwork } from '../../kernel/cni/node-network.ts';
import { parseAddress } from '../../net/address.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import { formatResult } from '../protocol/format-result.ts';
import { previousResult } from '../protocol/previous-result.ts';
import type { IpConfig, Result } from '../protocol/result.ts';
import type { Plugin } from './plugin.ts';

/** Sets lo up in a container, as the reference plugin loopback does, which some runtimes run before all others. */
export const loopbackPlugin: Plugin = (call, { node }) => {
  const { parameters, version } = call;
  const { netns } = parameters;
  switch (parameters.operation) {
    case 'ADD':
      setUp(node, netns, true);
      return formatResult(previousResult(call) ?? resultOf(netns), version);
    case 'DEL':
      if (netns !== '' && node.namespaceAt(netns) === 'namespace') setUp(node, netns, false);
      return undefined;
    case 'CHECK':
      if (!inContainer(node, netns, (inside) => inside.findLink('lo')?.isUp))
        throw new CniError(errorCodes.notAsAdded, `lo is down in ${netns}`);
      return undefined;
    case 'GC':
    case 'STATUS':
    case 'VERSION':
      return undefined;
  }
};

function setUp(node: NodeNetwork, netns: string, isUp: boolean): void {
  inContainer(node, netns, (inside) => {
    const lo = inside.findLink('lo');
    if (lo !== undefined) inside.changeLink(lo.index, { isUp });
  });
}

function inContainer<T>(node: NodeNetwork, netns: string, work: (inside: NamespaceNetwork) => T): T {
  if (node.namespaceAt(netns) !== 'namespace')
    throw new CniError(
      errorCodes.unknownContainer,
      `CNI_NETNS ${netns} is no network namespace of a container`,
    );
  return node.inNamespace(netns, work);
}

function resultOf(netns: string): Result {
  return {
    interfaces: [{ name: 'lo', mac: '00:00:00:00:00:00', sandbox: netns }],
    ips: [...ipOf('127.0.0.1', 8), ...ipOf('::1', 128)],
    routes: [],
    dns: {},
  };
}

function ipOf(text: string, prefixLength: number): readonly IpConfig[] {
  const address = parseAddress(text);
  return address === undefined ? [] : [{ address, prefixLength, interface: 0 }];
}
