import type { Statement } from '../../rule.ts';
import type { RuleContext } from '../expression/read-expression.ts';
import type { Words } from '../words.ts';

/** Reads what follows `reject`. Without a word after it, the port is unreachable. */
export function readReject(words: Words, { family }: RuleContext): readonly Statement[] {
  const ordinary = `${family === 'IPv4' ? 'icmp' : 'icmpv6'} port-unreachable`;
  if (!words.takeIf('with')) return [{ kind: 'reject', with: ordinary }];
  const kind = words.take();
  words.takeIf('type');
  const code = words.take();
  const name = codes[kind]?.[code] ?? code;
  return [{ kind: 'reject', with: name === 'port-unreachable' ? ordinary : `${kind} ${name}` }];
}

/** nft's names for what it lists as numbers with `-nn`. */
const codes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  icmp: {
    0: 'net-unreachable',
    1: 'host-unreachable',
    2: 'prot-unreachable',
    3: 'port-unreachable',
    9: 'net-prohibited',
    10: 'host-prohibited',
    13: 'admin-prohibited',
  },
  icmpv6: {
    0: 'no-route',
    1: 'admin-prohibited',
    3: 'addr-unreachable',
    4: 'port-unreachable',
    5: 'policy-fail',
    6: 'reject-route',
  },
  icmpx: { 0: 'no-route', 1: 'port-unreachable', 2: 'host-unreachable', 3: 'admin-prohibited' },
};
