import { type Command, InvalidArgumentError } from 'commander';
import {
  type NodePortRange,
  parseNodePortRange,
  usualNodePortRange,
} from '../../doctor/cluster/sockets/node-port-range.ts';
import type { Family } from '../../net/family.ts';
import {
  common,
  type Finish,
  familyOption,
  isColored,
  outputOption,
  type ParsedCommon,
  variantOption,
  withColor,
  withCommonOptions,
  words,
} from './common-options.ts';

/** `portolan doctor`. */
export function addDoctor(program: Command, finish: Finish): void {
  const command = program
    .command('doctor')
    .description('check this node the way an experienced operator would; changes nothing')
    .addOption(outputOption(['text', 'json']))
    .option('--only <check,...>', 'make these checks only', words)
    .option('--skip <check,...>', 'leave these checks out', words)
    .option('--service <namespace/name>', 'say why this Service does not answer, where its pods do')
    .option(
      '--node-port-range <from-to>',
      'node ports that the API server allocates (default: 30000-32767)',
      nodePortRange,
    )
    .addOption(familyOption())
    .addOption(variantOption())
    .addHelpText('after', details);
  withCommonOptions(withColor(command)).action(async (options: Parsed) => {
    const { doctor } = await import('../../doctor/doctor.ts');
    finish(
      await doctor({
        ...common(command, options),
        output: options.output ?? 'text',
        only: options.only ?? [],
        skip: options.skip ?? [],
        service: options.service,
        nodePortRange: options.nodePortRange ?? usualNodePortRange,
        family: options.family,
        variant: options.iptablesVariant,
        color: isColored(options.color),
      }),
    );
  });
}

const details = `
Nothing is changed: no rule, no setting, no neighbour entry. Without objects, the checks that need them say so and the
others are made all the same. Best run as root on the node: what only root may read is unknown to others.

Exit status: 0 when nothing is wrong (or only unknown), 1 on a warning, 2 on a fault, or when doctor could not run.

Examples:
  portolan doctor --kubeconfig proxy.conf
  portolan doctor --source objects/ --config config.yaml --only mtu,cidrs
  portolan doctor --source objects/ --output json | jq '.checks[] | select(.severity == "fault")'`;

function nodePortRange(text: string): NodePortRange {
  const range = parseNodePortRange(text);
  if (range === undefined) throw new InvalidArgumentError('It must be two ports, as in 30000-32767.');
  return range;
}

/** What commander leaves of the options. */
interface Parsed extends ParsedCommon {
  readonly output?: 'text' | 'json';
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly service?: string;
  readonly nodePortRange?: NodePortRange;
  readonly family?: Family;
  readonly iptablesVariant?: 'nft' | 'legacy';
  readonly color?: boolean;
}
