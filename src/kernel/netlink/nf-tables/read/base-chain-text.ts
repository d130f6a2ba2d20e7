import type { Attributes } from '../../netlink-attributes.ts';
import { bytesOf, numberOf, textOf } from '../attributes.ts';
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
  const near = names.find(
    ({ number, only }) => Math.abs(priority - number) <= 10 && (only === undefined || only === hook),
  );
  if (near === undefined) return String(priority);
  const distance = priority - near.number;
  if (distance === 0) return near.name;
  return `${near.name} ${distance < 0 ? '-' : '+'} ${Math.abs(distance)}`;
}

interface NamedPriority {
  readonly name: string;
  readonly number: number;
  /** The only hook where nft 1.0 takes the name. */
  readonly only?: string;
}

const names: readonly NamedPriority[] = [
  { name: 'raw', number: -300 },
  { name: 'mangle', number: -150 },
  { name: 'dstnat', number: -100, only: 'prerouting' },
  { name: 'filter', number: 0 },
  { name: 'security', number: 50 },
  { name: 'srcnat', number: 100, only: 'postrouting' },
];
