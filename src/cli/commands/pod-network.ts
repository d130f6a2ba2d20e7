import { type Command, InvalidArgumentError, Option } from 'commander';
import { readFlags } from '../../config/flags/add-flags.ts';
import { type Address, parseAddress } from '../../net/address.ts';
import {
  type CniFolders,
  type NetworkKind,
  type NetworkWay,
  networkKinds,
} from '../../pod-network/network-options.ts';
import { UserError } from '../../program/exit-status.ts';
import { type Finish, oneOf, withSourceOptions } from './common-options.ts';

/** `portolan pod-network`. */
export function addPodNetwork(program: Command, finish: Finish): void {
  const group = program
    .command('pod-network')
    .description('routes and tunnels between the pods of all nodes, in the place of flannel or kindnet');
  addPodNetworkRun(group, finish);
  addPodNetworkCleanup(group, finish);
}

function addPodNetworkRun(group: Command, finish: Finish): void {
  const command = group
    .command('run')
    .description("keep this node's routes and tunnel equal to the Nodes of the cluster")
    .addOption(
      new Option('--network <kind>', 'how packets travel between nodes: vxlan, host-gw or bgp')
        .default('vxlan')
        .argParser(oneOf(networkKinds)),
    )
    .addOption(
      new Option('--bgp-peer <address>', 'a router to tell of the pods by BGP; repeatable').argParser(
        routers,
      ),
    )
    .addOption(asOption('--bgp-as <number>', 'the autonomous system of the nodes'))
    .addOption(asOption('--bgp-peer-as <number>', 'that of the routers; the same by default'))
    .option('--no-masquerade', "leave pods' addresses in packets that leave the pod networks")
    .option(
      '--cni-config <folder>',
      `write the CNI plugins' configuration for this node's range there: /etc/cni/net.d`,
    )
    .addOption(
      new Option(
        '--cni-plugins <folder>',
        'where the plugins are: portmap is in the list where it is there',
      ).default('/opt/cni/bin'),
    )
    .option('--once', 'set it up once, and end', false)
    .addHelpText(
      'after',
      `
Pods' ranges are those of spec.podCIDRs, nodes are reached by status.addresses. The Node of this machine is named by
--hostname-override or the host's name. Packets between pods keep their addresses; those to elsewhere get the node's, where
elsewhere is what neither --cluster-cidr nor, without it, any Node has. Routes of others stay; ours are marked: ip route show proto 80.

vxlan works wherever nodes reach one another by UDP port 8472; host-gw needs all of them on one network, without a router in
between; bgp tells routers where the pods are, by the daemon bird (Debian: bird2).

Exit status: 0 when a signal ended it, or --once set up everything; 1 when --once had to leave out a node; 2 when nothing
could be set up.

Examples:
  portolan pod-network run --kubeconfig network.conf --cni-config /etc/cni/net.d
  portolan pod-network run --source nodes.yaml --network host-gw --once
  portolan pod-network run --kubeconfig network.conf --network bgp --bgp-peer 192.0.2.1 --bgp-as 64512`,
    );
  withSourceOptions(command, ['hostname-override', 'cluster-cidr']).action(async (options: Parsed) => {
    const { runPodNetwork } = await import('../../pod-network/run-pod-network.ts');
    finish(
      await runPodNetwork({
        flags: readFlags(command),
        source: options.source,
        way: wayOf(options),
        masquerade: options.masquerade ?? true,
        cni: cniFolders(options),
        once: options.once ?? false,
      }),
    );
  });
}

function addPodNetworkCleanup(group: Command, finish: Finish): void {
  group
    .command('cleanup')
    .description(
      'remove the routes, the tunnel and the masquerading that pod-network made; what is not its own stays',
    )
    .addHelpText('after', '\nExit status: 0, or 2 when something could not be removed.')
    .action(async () => {
      const { cleanupPodNetwork } = await import('../../pod-network/cleanup-pod-network.ts');
      finish(await cleanupPodNetwork());
    });
}

function cniFolders({ cniConfig, cniPlugins = '' }: Parsed): CniFolders | undefined {
  return cniConfig === undefined ? undefined : { config: cniConfig, plugins: cniPlugins };
}

/** Throws a `UserError` where options do not go together. */
function wayOf({ network = 'vxlan', bgpPeer = [], bgpAs = 64_512, bgpPeerAs, once }: Parsed): NetworkWay {
  if (network !== 'bgp') {
    if (bgpPeer.length > 0) throw new UserError(`--bgp-peer: has no effect with --network ${network}`);
    return { network };
  }
  if (bgpPeer.length === 0) throw new UserError('--network bgp: needs a router, named by --bgp-peer');
  if (once) throw new UserError('--once: not with --network bgp, whose daemon goes on');
  return { network, bgp: { peers: bgpPeer, localAs: bgpAs, peerAs: bgpPeerAs ?? bgpAs } };
}

function routers(text: string, before: readonly Address[] = []): readonly Address[] {
  const address = parseAddress(text);
  if (address === undefined) throw new InvalidArgumentError('It must be an IP address.');
  return [...before, address];
}

/** Numbers of autonomous systems are of four bytes; 0 and the last are nobody's (RFC 7607, RFC 7300). */
function asOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
    if (number < 1 || number > 4_294_967_294)
      throw new InvalidArgumentError('It must be a number from 1 to 4294967294.');
    return number;
  });
}

/** What commander leaves of the options. */
interface Parsed {
  readonly source?: string;
  readonly network?: NetworkKind;
  readonly bgpPeer?: readonly Address[];
  readonly bgpAs?: number;
  readonly bgpPeerAs?: number;
  readonly masquerade?: boolean;
  readonly cniConfig?: string;
  readonly cniPlugins?: string;
  readonly once?: boolean;
}
