import { type Command, Option } from 'commander';
import type { Family } from '../../net/family.ts';
import {
  common,
  type Finish,
  familyOption,
  isColored,
  oneOf,
  outputOption,
  type ParsedCommon,
  repeated,
  withColor,
  withCommonOptions,
} from './common-options.ts';

/** `portolan explain`. */
export function addExplain(program: Command, finish: Finish): void {
  const command = program
    .command('explain')
    .description('say what happens to a packet, and why, by the rules that it meets')
    .requiredOption(
      '--from <client>',
      'an IP address, a pod (name or namespace/name), "node" for the node itself, or "outside" for some client outside the cluster',
    )
    .requiredOption(
      '--to <target>',
      'IP:PORT, [IPv6]:PORT, namespace/name:port or service/name:port of a Service (number or name of the port), or node:PORT',
    )
    .addOption(
      new Option(
        '--protocol <protocol>',
        "tcp, udp or sctp (default: that of the Service's port, else tcp)",
      ).argParser(oneOf(['tcp', 'udp', 'sctp'] as const)),
    )
    .addOption(
      new Option(
        '--via <frontend>',
        'which address of the Service: clusterip, nodeport, loadbalancer or external (default: clusterip)',
      ).argParser(oneOf(['clusterip', 'nodeport', 'loadbalancer', 'external'] as const)),
    )
    .option('--live', 'walk through the rules in the kernel of this machine', false)
    .option(
      '--rules <file>',
      'walk through saved rules: what iptables-save, ip6tables-save or nft [-j] list ruleset printed; - for standard input; repeatable',
      repeated,
    )
    .option(
      '--node-address <ip>',
      'an address of the node, besides those of its Node object; repeatable',
      repeated,
    )
    .option('--in-interface <name>', 'the interface that the packet comes in by')
    .option(
      '--route <network=interface>',
      'which interface leads to a network, for saved rules: 10.244.2.0/24=flannel.1, default=eth0; repeatable',
      repeated,
    )
    .option('--source-port <number>', 'the port that the client sends from')
    .addOption(outputOption(['text', 'json', 'svg']))
    .option('--all', 'show every endpoint and every way, however many', false)
    .addOption(familyOption())
    .addHelpText('after', details);
  withCommonOptions(withColor(command)).action(async (options: Parsed) => {
    const { explain } = await import('../../explain/explain.ts');
    finish(
      await explain({
        ...common(command, options),
        from: options.from,
        to: options.to,
        protocol: options.protocol,
        via: options.via,
        live: options.live ?? false,
        rules: options.rules ?? [],
        nodeAddresses: options.nodeAddress ?? [],
        inputInterface: options.inInterface,
        routes: options.route ?? [],
        sourcePort: options.sourcePort,
        output: options.output ?? 'text',
        all: options.all ?? false,
        family: options.family,
        color: isColored(options.color),
      }),
    );
  });
}

const details = `
Without --live or --rules the rules are those that "render" prints for the objects. With one of them the objects are
optional: they are read where --source, --kubeconfig or --master names them, and then the reasons know more, and pods
and Services may be named.

Exit status: 0 when the packet gets somewhere (to an endpoint, to the node, or untouched past the rules), 1 when it is
rejected or dropped, or when that cannot be known from here, 2 on an error.

Examples:
  portolan explain --source objects/ --from 10.244.1.5 --to shop/web:http
  portolan explain --source objects/ --from outside --to node:30080
  portolan explain --live --from 10.244.1.5 --to 10.96.20.10:80
  iptables-save | portolan explain --rules - --from 10.244.1.5 --to 10.96.20.10:80
  portolan explain --source objects/ --from node --to shop/web --output svg > packet.svg`;

/** What commander leaves of the options. */
interface Parsed extends ParsedCommon {
  readonly from: string;
  readonly to: string;
  readonly protocol?: 'tcp' | 'udp' | 'sctp';
  readonly via?: 'clusterip' | 'nodeport' | 'loadbalancer' | 'external';
  readonly live?: boolean;
  readonly rules?: readonly string[];
  readonly nodeAddress?: readonly string[];
  readonly inInterface?: string;
  readonly route?: readonly string[];
  readonly sourcePort?: string;
  readonly output?: 'text' | 'json' | 'svg';
  readonly all?: boolean;
  readonly family?: Family;
  readonly color?: boolean;
}
