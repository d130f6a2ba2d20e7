import type { Command } from 'commander';
import { defaultName, type ParsedName, withName } from './lab-options.ts';

/** `lab exec` and `lab shell`. */
export function addLabEntering(lab: Command): void {
  withName(lab.command('exec'))
    .description('run a command in a pod, on a node, or on the client or load balancer outside')
    .argument(
      '<target>',
      'a pod, the beginning of its name, "namespace/pod", a node, "client" or "load-balancer"',
    )
    .argument('<command...>', 'the command, after --')
    .passThroughOptions()
    .addHelpText(
      'after',
      `
The command is one of this machine's. It sees the network, the names and the processes of its place.

Exit status: the command's.

Examples:
  portolan lab exec web -- curl -s http://web
  portolan lab exec node-1 -- ip route
  portolan lab exec client -- curl -s http://web`,
    )
    .action(async (target: string, command: readonly string[], { name = defaultName }: ParsedName) => {
      const { enter } = await import('../../../lab/commands/enter.ts');
      process.exit(await enter(name, target, command));
    });
  withName(lab.command('shell'))
    .description('open a shell there')
    .argument('<target>', 'as of exec')
    .action(async (target: string, { name = defaultName }: ParsedName) => {
      const { enter } = await import('../../../lab/commands/enter.ts');
      process.exit(await enter(name, target, [process.env.SHELL ?? 'sh']));
    });
}
