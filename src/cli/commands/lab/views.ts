import type { Command } from 'commander';
import { exitStatus } from '../../../program/exit-status.ts';
import { type Finish, outputOption } from '../common-options.ts';
import { defaultName, type ParsedName, withName } from './lab-options.ts';

/** `lab status`, `lab logs` and `lab kubeconfig`. */
export function addLabViews(lab: Command, finish: Finish): void {
  withName(lab.command('status'))
    .description('show the nodes, pods and Services of a lab')
    .addOption(outputOption(['text', 'json']))
    .action(
      async ({ name = defaultName, output = 'text' }: ParsedName & { readonly output?: 'text' | 'json' }) => {
        const { labStatus } = await import('../../../lab/commands/status.ts');
        process.stdout.write(await labStatus(name, output));
        finish(exitStatus.ok);
      },
    );
  withName(lab.command('logs'))
    .description("print the log of a node's proxy; without a node that of the lab")
    .argument('[node]', 'name of the node')
    .option('--follow', 'go on with what is written, until a signal ends it', false)
    .action(
      async (
        node: string | undefined,
        { name = defaultName, follow = false }: ParsedName & { readonly follow?: boolean },
      ) => {
        const { labLogs } = await import('../../../lab/commands/logs.ts');
        await labLogs(name, node, follow);
        finish(exitStatus.ok);
      },
    );
  withName(lab.command('kubeconfig'))
    .description("print the path of the lab's kubeconfig, for kubectl")
    .action(async ({ name = defaultName }: ParsedName) => {
      const { requireLab } = await import('../../../lab/control/ask-lab.ts');
      process.stdout.write(`${requireLab(name).kubeconfig}\n`);
      finish(exitStatus.ok);
    });
}
