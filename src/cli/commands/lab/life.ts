import { type Command, Option } from 'commander';
import {
  type CniChoice,
  cniChoices,
  type familyChoices,
  type ProxyMode,
  proxyModes,
} from '../../../lab/lab-spec.ts';
import { type NetworkKind, networkKinds } from '../../../pod-network/network-options.ts';
import { exitStatus } from '../../../program/exit-status.ts';
import { type Finish, oneOf } from '../common-options.ts';
import { defaultName, integer, type ParsedName, tellStep, warn, withName } from './lab-options.ts';

/** `lab up`, `lab down`, and the process behind a lab. */
export function addLabLife(lab: Command, finish: Finish): void {
  addUp(lab, finish);
  addDown(lab, finish);
  addServe(lab);
}

function addUp(lab: Command, finish: Finish): void {
  withName(lab.command('up'))
    .description('start a lab, and wait until every node serves its Services')
    .addOption(choice('--network <kind>', 'how packets travel between nodes', networkKinds))
    .addOption(choice('--cni <plugins>', 'whose CNI plugins connect the pods', cniChoices))
    .addOption(choice('--mode <mode>', "the proxies' mode", proxyModes))
    .addOption(choice('--family <family>', 'ipv4, ipv6 or dual', familyNames))
    .option('--nodes <number>', 'how many nodes (default: 3)', integer(1, 100))
    .option('--pods <number>', 'how many pods for each node; 0: no Service web (default: 4)', integer(0, 200))
    .option('--zones <names>', 'zones, with commas, that the nodes are in by turns', names)
    .option('--from <file>', 'objects for the lab, also those of a cluster ("kubectl get -o yaml"), in small')
    .addHelpText(
      'after',
      `
Where --from names Nodes, the lab has these; where it names pods or workloads, the lab has no Deployment web of its own.

Exit status: 0, or 2 where the lab could not be started; then nothing of it is left.

Examples:
  portolan lab up
  portolan lab up --nodes 2 --pods 2 --mode nftables --family dual
  portolan lab up --zones a,b,c --from manifests.yaml`,
    )
    .action(async (options: ParsedUp) => {
      const { up } = await import('../../../lab/commands/up.ts');
      const { labSpec } = await import('../../../lab/commands/lab-spec-of.ts');
      const start = performance.now();
      const name = options.name ?? defaultName;
      await up(name, labSpec(options, warn), tellStep);
      const took = Math.round(performance.now() - start);
      tellStep({ text: `lab ${name} is up: portolan lab status`, took });
      finish(exitStatus.ok);
    });
}

function addDown(lab: Command, finish: Finish): void {
  withName(lab.command('down'))
    .description('end a lab; nothing of it is left')
    .option('--all', 'end all labs of this user', false)
    .action(async ({ name = defaultName, all = false }: ParsedName & { readonly all?: boolean }) => {
      const { down, downAll } = await import('../../../lab/commands/down.ts');
      const { requireLab } = await import('../../../lab/control/ask-lab.ts');
      if (all) await downAll();
      else await down(requireLab(name));
      finish(exitStatus.ok);
    });
}

/** Started by `up`, in namespaces of its own. */
function addServe(lab: Command): void {
  withName(lab.command('serve', { hidden: true })).action(async ({ name = defaultName }: ParsedName) => {
    const { serveLab } = await import('../../../lab/daemon/serve-lab.ts');
    await serveLab(name);
  });
}

function choice<T extends string>(
  flags: string,
  text: string,
  allowed: readonly [T, ...(readonly T[])],
): Option {
  return new Option(flags, `${text}: ${allowed.join(', ')} (default: ${allowed[0]})`).argParser(
    oneOf(allowed),
  );
}

function names(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '');
}

export type FamilyChoice = keyof typeof familyChoices;
const familyNames = ['ipv4', 'ipv6', 'dual'] as const satisfies readonly FamilyChoice[];

/** What commander leaves of the options. */
interface ParsedUp extends ParsedName {
  readonly nodes?: number;
  readonly pods?: number;
  readonly network?: NetworkKind;
  readonly cni?: CniChoice;
  readonly mode?: ProxyMode;
  readonly family?: FamilyChoice;
  readonly zones?: readonly string[];
  readonly from?: string;
}
