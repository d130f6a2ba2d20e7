import { renderRules } from '../iptables/render-rules.ts';
import { type Family, families } from '../net/family.ts';
import { formatProblem } from '../state/problem.ts';
import { desiredFor, factsFromObjects } from './desired.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { type CommonOptions, loadConfig, loadState, openSource } from './inputs.ts';
import { requireIptablesMode } from './mode.ts';

export interface RenderOptions extends CommonOptions {
  readonly family: Family | undefined;
}

/** Prints the rules for the objects; touches nothing. */
export async function render(options: RenderOptions): Promise<ExitStatus> {
  const { config } = await loadConfig(options.flags);
  requireIptablesMode(config);
  const loaded = await loadState(await openSource(options.source), config, options);
  const facts = factsFromObjects(loaded, config);
  for (const family of options.family === undefined ? families : [options.family]) {
    process.stdout.write(`# ${family}\n`);
    for (const text of renderRules(desiredFor(family, loaded, config, facts))) process.stdout.write(text);
  }
  for (const problem of loaded.problems) process.stderr.write(`${formatProblem(problem)}\n`);
  return loaded.problems.length === 0 ? exitStatus.ok : exitStatus.incomplete;
}
