import { standardPriorities } from '../../../../rules-text/nft/base-chain.ts';
import { type Attributes, bytesOf, textOf } from '../../netlink-attributes.ts';
import { numberOf } from '../attributes.ts';
import { chainAttributes, hookAttributes, hookNumbers, verdictCodes } from '../kernel-numbers.ts';

/** `type nat hook prerouting priority dstnat; policy accept;`, as nft lists a base chain; `undefined` of a regular chain. */
export function baseChainText(chain: Attributes): string | undefined {
  const hook = chain.find(chainAttributes.hook);
  if (hook === undefined) return undefined;
  const name = hookNames.get(numberOf(hook.find(hookAttributes.number)) ?? -1) ?? 'unknown';
  const priority = bytesOf(hook.find(hookAttributes.priority))?.readInt32BE(0) ?? 0;
  const policy = numberOf(chain.find(chainAttributes.policy)) === verdictCodes.drop ? 'drop' : 'accept';
  const type = textOf(chain.find(chainAttributes.type));
  return `type ${type} hook ${name} priority ${priorityText(name, priority)}; policy ${policy};`;
}

const hookNames: ReadonlyMap<number, string> = new Map(
  Object.entries(hookNumbers).map(([name, number]) => [number, name]),
);

/** nft writes a number near one with a name by that name (man nft, "standard priority names"). */
function priorityText(hook: string, priority: number): string {
  for (const [name, number] of standardPriorities) {
    const distance = priority - number;
    if (Math.abs(distance) > 10 || (onlyHooks.get(name) ?? hook) !== hook) continue;
    return distance === 0 ? name : `${name} ${distance < 0 ? '-' : '+'} ${Math.abs(distance)}`;
  }
  return String(priority);
}

/** The only hooks where nft 1.0 takes these names. */
const onlyHooks: ReadonlyMap<string, string> = new Map([
  ['dstnat', 'prerouting'],
  ['srcnat', 'postrouting'],
]);
