import type { Command } from 'commander';
import type { LabRequest, NodeChange } from '../../../lab/control/messages.ts';
import { exitStatus } from '../../../program/exit-status.ts';
import type { Finish } from '../common-options.ts';
import { defaultName, integer, type ParsedName, withName } from './lab-options.ts';

/** `lab apply`, `lab delete`, `lab scale`, `lab kill` and `lab node`. */
export function addLabChanges(lab: Command, finish: Finish): void {
  const ask = async (name: string | undefined, request: LabRequest) => {
    const { askLab } = await import('../../../lab/control/ask-lab.ts');
    const result = await askLab(name ?? defaultName, request);
    if (result.kind === 'lines') for (const line of result.lines) process.stdout.write(`${line}\n`);
    finish(exitStatus.ok);
  };
  for (const change of ['apply', 'delete'] as const)
    withName(lab.command(change))
      .description(change === 'apply' ? 'create or change objects' : 'delete objects')
      .requiredOption('-f, --filename <file>', 'YAML or JSON; - is the standard input')
      .action(async ({ name, filename }: ParsedName & { readonly filename: string }) => {
        const { readManifest } = await import('../../../lab/commands/lab-spec-of.ts');
        await ask(name, { ask: change, objects: readManifest(filename) });
      });
  withName(lab.command('scale'))
    .description('change how many pods a Deployment has, and wait until they are ready')
    .argument('<deployment>', 'its name, or namespace/name')
    .argument('<replicas>', 'how many pods', integer(0, 1_000))
    .action((deployment: string, replicas: number, { name }: ParsedName) =>
      ask(name, { ask: 'scale', deployment, replicas }),
    );
  withName(lab.command('kill'))
    .description('end a pod at once, without grace')
    .argument('<pod>', 'its name, or namespace/name')
    .action((pod: string, { name }: ParsedName) => ask(name, { ask: 'kill', pod }));
  addNode(lab, (name, change, node) => ask(name, { ask: 'node', change, name: node }));
}

function addNode(
  lab: Command,
  ask: (lab: string | undefined, change: NodeChange, node: string | undefined) => Promise<void>,
): void {
  const node = lab.command('node').description('add, remove or reboot a node');
  withName(node.command('add'))
    .description('start one more node')
    .argument('[node]', 'its name (default: the next node-N)')
    .action((name: string | undefined, options: ParsedName) => ask(options.name, 'add', name));
  withName(node.command('remove'))
    .description('power a node off, and delete it with its pods')
    .argument('<node>', 'its name')
    .action((name: string, options: ParsedName) => ask(options.name, 'remove', name));
  withName(node.command('reboot'))
    .description('power a node off and on: its pods begin anew')
    .argument('<node>', 'its name')
    .action((name: string, options: ParsedName) => ask(options.name, 'reboot', name));
}
