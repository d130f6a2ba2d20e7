import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { families } from '../../net/family.ts';
import { nftFamily } from '../../nftables/nftables-options.ts';
import {
  masqueradeChain,
  masqueradeHook,
  masqueradeRules,
  masqueradeTableName,
} from '../../pod-network/masquerade-table.ts';
import type { MasqueradePlan } from '../../pod-network/network-plan.ts';
import type { Namespaces } from '../runtime/namespaces.ts';

/** The input of nft that puts the tables of a plan in the place of those that are there. */
export function masqueradeText(plan: MasqueradePlan | undefined): string {
  if (plan === undefined) return '';
  return families
    .map((family) => {
      const rules = masqueradeRules(plan, family);
      const name = `${nftFamily(family)} ${masqueradeTableName}`;
      const chain = `chain ${masqueradeChain} {\n${[masqueradeHook, ...rules].join('\n')}\n}`;
      return rules.length === 0
        ? ''
        : `add table ${name}\ndelete table ${name}\ntable ${name} {\n${chain}\n}\n`;
    })
    .join('');
}

/** By nft: the tables' own code opens its sockets only after turns of the event loop, in whatever namespace the thread is then. */
export async function loadMasquerade(input: string, network: string, namespaces: Namespaces): Promise<void> {
  const child = namespaces.inNetwork(network, () =>
    spawn('nft', ['-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] }),
  );
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined).end(input);
  const [said, [status]] = await Promise.all([text(child.stderr), closed]);
  if (status !== 0) throw new Error(`nft does not take the rules that masquerade: ${said.trim()}`);
}
