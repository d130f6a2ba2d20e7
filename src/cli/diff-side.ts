import { readFile } from 'node:fs/promises';
import type { ProxyConfig } from '../config/proxy-config.ts';
import type { NodeFacts } from '../iptables/derive-options.ts';
import { lookAtNode } from '../kernel/node-facts.ts';
import { factsFromObjects } from './desired.ts';
import { UserError } from './exit-status.ts';
import type { LoadedState } from './inputs.ts';

/** The text of a file that rules are compared with. Throws a `UserError` where it cannot be read. */
export async function readSavedFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(
      `--against ${path}: cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** The node that the rules should be of: this machine, or for a file the one that the objects tell of. */
export function factsOfSide(against: string, loaded: LoadedState, config: ProxyConfig): Promise<NodeFacts> {
  if (against !== 'live') return Promise.resolve(factsFromObjects(loaded, config));
  return lookAtNode(config, loaded.state.node, new Set());
}
