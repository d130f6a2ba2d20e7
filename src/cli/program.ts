import { Command, CommanderError } from 'commander';
import { type ExitStatus, exitStatus, UserError } from '../program/exit-status.ts';
import { version } from '../program/version.ts';
import { addCleanup } from './commands/cleanup.ts';
import { addCompletion } from './commands/completion.ts';
import { addDiff } from './commands/diff.ts';
import { addDns } from './commands/dns.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addLab } from './commands/lab.ts';
import { addPodNetwork } from './commands/pod-network.ts';
import { addRender } from './commands/render.ts';
import { addRun } from './commands/run.ts';
import { addStatus } from './commands/status.ts';

/** Runs a command line and returns the exit status. The code of a command is loaded only when it runs. */
export async function main(args: readonly string[]): Promise<number> {
  let status: ExitStatus = exitStatus.ok;
  const [first = ''] = args;
  const program = buildProgram((result) => {
    status = result;
  });
  try {
    if (!first.startsWith('-') && first !== '') requireCommand(first, program);
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.ok : exitStatus.failed;
    if (!isForUser(error)) throw error;
    process.stderr.write(`portolan: ${error.message}\n`);
    return exitStatus.failed;
  }
}

/** Rejects a misspelt command, which commander would take for an argument of `run`. */
function requireCommand(word: string, program: Command): void {
  const known = [...program.commands.map((command) => command.name()), 'help'];
  if (!known.includes(word))
    throw new UserError(`there is no command ${JSON.stringify(word)}; there are ${known.join(', ')}`);
}

/** All commands with their options; `finish` receives the exit status of the one that ran. */
export function buildProgram(finish: (status: ExitStatus) => void): Command {
  const program = new Command('portolan')
    .description('A Kubernetes service proxy that shows and checks what it does')
    .version(version(), '--version', 'print the version and exit')
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText('after', overview);
  addRun(program, finish);
  addRender(program, finish);
  addDiff(program, finish);
  addExplain(program, finish);
  addStatus(program, finish);
  addDoctor(program, finish);
  addPodNetwork(program, finish);
  addDns(program, finish);
  addCleanup(program, finish);
  addLab(program, finish);
  addCompletion(program, finish);
  return program;
}

const overview = `
Without a command it is "run", so that it takes kube-proxy's place with kube-proxy's own arguments.

Examples:
  portolan render --source objects.yaml          the rules for these objects
  portolan diff --source objects.yaml            what a sync would change on this node
  portolan explain --source objects/ --from 10.244.1.5 --to shop/web:http
                                                 what happens to a packet, and why
  portolan doctor --kubeconfig proxy.conf        what is wrong with this node
  portolan status --source objects/              who gets how many connections
  portolan dns --kubeconfig dns.conf             answer DNS queries for the names of the cluster
  portolan run --source objects/ --once          program the node, and end
  portolan run --source objects/ --config c.yaml program the node, and follow the folder
  portolan run --kubeconfig proxy.conf           program the node, and follow the cluster`;

/** Whether the message of an error says all that the user needs. */
function isForUser(error: unknown): error is Error {
  return error instanceof UserError || (error instanceof Error && namesForUser.has(error.name));
}

/** By name, since their classes are in modules that only some commands load. */
const namesForUser = new Set([
  'ConfigError',
  'LiveRulesError',
  'ToolError',
  'NotAListing',
  'ToolError',
  'SavedRulesError',
  'SourceError',
  'TooManyPathsError',
]);
