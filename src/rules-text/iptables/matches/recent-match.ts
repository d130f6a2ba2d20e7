import type { Family } from '../../../net/family.ts';
import { readAddress } from '../../../net/numbers.ts';
import type { Statement } from '../../rule.ts';
import {
  type Extension,
  type ExtensionReader,
  extensionText,
  hasOnly,
  hasOption,
  valueOfOption,
} from '../extension.ts';
import type { Option } from '../rule-options.ts';
import { never } from '../statements.ts';
import { fullMask, readNumber } from '../values.ts';

const ownOptions: ReadonlySet<string> = new Set([
  ...['--set', '--rcheck', '--update', '--remove', '--seconds', '--reap', '--hitcount', '--rttl'],
  ...['--name', '--mask', '--rsource', '--rdest'],
]);

type Recent = Extract<Statement, { kind: 'recent' }>;

/** `-m recent`: clients that a list remembers. */
export const recentMatch: ExtensionReader = {
  options: ownOptions,
  read: (extension, family) => {
    const chosen = extension.options.filter(({ name }) => actions.has(name));
    const [option] = chosen;
    const action = actions.get(option?.name ?? '');
    if (option === undefined || action === undefined || chosen.length > 1) return undefined;
    if (!hasOnly(extension, ownOptions) || extension.options.some(isMalformed)) return undefined;
    if (ofWholeAddresses(extension, family)) return entryOfAddress(extension, action, option.negated);
    if (action !== 'set') return undefined;
    return option.negated ? [never] : [{ kind: 'no-op', text: extensionText(extension) }];
  },
};

/** Counting hits, or comparing a TTL, is more than to know whether the list has the address. */
function entryOfAddress(
  extension: Extension,
  action: Recent['action'],
  negated: boolean,
): readonly Statement[] | undefined {
  const hits = numberOf(extension, '--hitcount');
  if (hits === undefined || hits > 1n || hasOption(extension, '--rttl')) return undefined;
  const seconds = numberOf(extension, '--seconds');
  if (seconds === undefined) return undefined;
  return [
    {
      kind: 'recent',
      list: valueOfOption(extension, '--name') ?? 'DEFAULT',
      action,
      of: hasOption(extension, '--rdest') ? 'destination-address' : 'source-address',
      negated,
      ...(seconds === 0n ? {} : { seconds: Number(seconds) }),
    },
  ];
}

/** As the kernel keeps it: 0 where the rule does not say. */
function numberOf(extension: Extension, name: string): bigint | undefined {
  return hasOption(extension, name) ? readNumber(valueOfOption(extension, name) ?? '') : 0n;
}

/** A mask makes a list remember networks instead. */
function ofWholeAddresses(extension: Extension, family: Family): boolean {
  const mask = valueOfOption(extension, '--mask');
  return mask === undefined
    ? !hasOption(extension, '--mask')
    : readAddress(mask, family) === fullMask(family);
}

const actions: ReadonlyMap<string, Recent['action']> = new Map([
  ['--set', 'set'],
  ['--rcheck', 'check'],
  ['--update', 'update'],
  ['--remove', 'remove'],
]);

function isMalformed({ name, negated, values }: Option): boolean {
  return (negated && !actions.has(name)) || (flags.has(name) && values.length > 0);
}

const flags: ReadonlySet<string> = new Set([...actions.keys(), '--reap', '--rttl', '--rsource', '--rdest']);
