import type { Command } from 'commander';
import { exitStatus } from '../../program/exit-status.ts';
import { type Finish, oneOf } from './common-options.ts';

/** `portolan completion`. */
export function addCompletion(program: Command, finish: Finish): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .argument('<shell>', 'bash, zsh or fish', oneOf(['bash', 'zsh', 'fish'] as const))
    .addHelpText(
      'after',
      `
Examples:
  source <(portolan completion bash)
  portolan completion fish > ~/.config/fish/completions/portolan.fish`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completion } = await import('../completion-script.ts');
      process.stdout.write(completion(shell, program));
      finish(exitStatus.ok);
    });
}
