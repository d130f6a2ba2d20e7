import { loadConfig } from '../config/load-config.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { renderRules } from '../iptables/render-rules.ts';
import { type Family, families } from '../net/family.ts';
import { formatTable } from '../nftables/table/format-table.ts';
import { type LoadedState, remarksOn } from '../plan/loaded-state.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { loadState } from '../sources/load-state.ts';
import { type CommonOptions, openSource } from '../sources/open-source.ts';
import { desiredFor, factsFromObjects } from './desired-rules-of.ts';
import { desiredTable } from './desired-table.ts';

export interface RenderOptions extends CommonOptions {
  readonly family: Family | undefined;
}

/** Prints the rules for the objects; changes nothing. */
export async function render(options: RenderOptions): Promise<ExitStatus> {
  const { config } = await loadConfig(options.flags);
  const { source } = await openSource(options, config);
  const loaded = await loadState(source, config, options);
  for (const family of options.family === undefined ? families : [options.family]) {
    process.stdout.write(`# ${family}\n`);
    for (const text of rendering(family, loaded, config)) process.stdout.write(text);
  }
  for (const remark of remarksOn(loaded)) process.stderr.write(`${remark}\n`);
  return loaded.problems.length === 0 ? exitStatus.ok : exitStatus.incomplete;
}

function rendering(family: Family, loaded: LoadedState, config: ProxyConfig): Iterable<string> {
  const facts = factsFromObjects(loaded, config);
  return config.mode === 'nftables'
    ? formatTable(desiredTable(family, loaded, config, facts), { family })
    : renderRules(desiredFor(family, loaded, config, facts));
}
