import { type Command, Option } from 'commander';
import { readFlags } from '../../config/flags/add-flags.ts';
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
      new Option(
        '--network <kind>',
        'how packets travel between nodes: vxlan, or host-gw where no router is in between',
      )
        .default('vxlan')
        .argParser(oneOf(['vxlan', 'host-gw'] as const)),
    )
    .option('--no-masquerade', "leave pods' addresses in packets that leave the pod networks")
    .option('--once', 'set it up once, and end', false)
    .addHelpText(
      'after',
      `
Pods' ranges are those of spec.podCIDRs, nodes are reached by status.addresses. The Node of this machine is named by
--hostname-override or the host's name. Packets between pods keep their addresses; those to elsewhere get the node's, where
elsewhere is what neither --cluster-cidr nor, without it, any Node has. Routes of others stay; ours are marked: ip route show proto 80.

Exit status: 0 when a signal ended it, or --once set up everything; 1 when --once had to leave out a node; 2 when nothing
could be set up.

Examples:
  portolan pod-network run --kubeconfig network.conf
  portolan pod-network run --source nodes.yaml --network host-gw --once`,
    );
  withSourceOptions(command, ['hostname-override', 'cluster-cidr']).action(async (options: Parsed) => {
    const { runPodNetwork } = await import('../../pod-network/run-pod-network.ts');
    finish(
      await runPodNetwork({
        flags: readFlags(command),
        source: options.source,
        network: options.network ?? 'vxlan',
        masquerade: options.masquerade ?? true,
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

/** What commander leaves of the options. */
interface Parsed {
  readonly source?: string;
  readonly network?: 'vxlan' | 'host-gw';
  readonly masquerade?: boolean;
  readonly once?: boolean;
}
