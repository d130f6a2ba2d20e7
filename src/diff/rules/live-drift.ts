import type { ProxyConfig } from '../../config/proxy-config.ts';
import type { LoadedState } from '../../plan/loaded-state.ts';
import { compareRules, type RulesOptions } from './compare-rules.ts';
import { titleOf } from './rules-text.ts';

/** A chain, map or set that a sync would change: its lines in the kernel, and as they should be. */
export interface Drift {
  readonly title: string;
  readonly other: readonly string[] | undefined;
  readonly wanted: readonly string[] | undefined;
}

/** What a sync of these objects would change on this node. */
export async function* liveDrift(
  loaded: LoadedState,
  config: ProxyConfig,
  options: Omit<RulesOptions, 'nodeAddresses'>,
): AsyncIterable<Drift> {
  const after = { kind: 'objects', name: 'wanted', loaded, config } as const;
  const sides = { before: { kind: 'live', name: 'live' }, after } as const;
  for await (const { differences } of compareRules(sides, { ...options, nodeAddresses: [] })) {
    for (const difference of differences)
      yield { title: titleOf(difference), other: difference.before, wanted: difference.after };
  }
}
