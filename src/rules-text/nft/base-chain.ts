import { type BaseChain, hooks } from '../ruleset.ts';

/** Reads `type filter hook input priority filter + 10; policy accept;`. `undefined` where it is no such line. */
export function readBaseChain(name: string, line: string): BaseChain | 'other' | undefined {
  const match = /^type (\w+) hook (\w+) (?:devices? .* )?priority ([^;]+);(?: policy (\w+);)?/.exec(line);
  if (match === null) return undefined;
  const [, type = '', hook = '', priority = '', policy = 'accept'] = match;
  const number = readPriority(priority);
  return number === undefined ? undefined : baseChain({ name, type, hook, policy, priority: number });
}

/** A base chain as a listing has it. */
interface ListedBaseChain {
  readonly name: string;
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  readonly policy: string;
}

/** Hooks that packets of IP do not pass in a node (ingress, egress) are `other`. */
export function baseChain({ name, type, hook, priority, policy }: ListedBaseChain): BaseChain | 'other' {
  const known = hooks.find((each) => each === hook);
  if (known === undefined) return 'other';
  return {
    name,
    hook: known,
    type: type === 'nat' || type === 'route' ? type : 'filter',
    priority,
    policy: policy === 'drop' ? 'drop' : 'accept',
  };
}

/** man nft, "standard priority names": those of ip, ip6 and inet. */
export const standardPriorities: ReadonlyMap<string, number> = new Map([
  ['raw', -300],
  ['mangle', -150],
  ['dstnat', -100],
  ['filter', 0],
  ['security', 50],
  ['srcnat', 100],
]);

/** `dstnat - 10`, `filter`, `-110`. */
function readPriority(text: string): number | undefined {
  const [, name = '', sign = '+', distance = '0'] =
    /^([a-z]+|-?\d+)(?: ?([+-]) ?(\d+))?$/.exec(text.trim()) ?? [];
  const base = standardPriorities.get(name) ?? (/^-?\d+$/.test(name) ? Number(name) : undefined);
  return base === undefined ? undefined : base + Number(sign + distance);
}
