import type { Family } from '../../net/family.ts';
import type { Field, Interval, Pattern, Statement } from '../rule.ts';
import type { Option } from './rule-options.ts';
import { bitsOf, constant, fieldOf, isOneOf, never } from './statements.ts';
import { fullMask, readNetwork, readProtocol } from './values.ts';

/** Reads the options of iptables itself; `undefined` where a value cannot be read, or the option is no match. */
export function readPacketOption(option: Option, family: Family): readonly Statement[] | undefined {
  const { name, negated, values } = option;
  const [value] = values;
  if (name === '-f') return values.length > 0 ? undefined : matchOfAll(negated);
  if (name === '-4') return matchOfAll(family === 'IPv4');
  if (name === '-6') return matchOfAll(family === 'IPv6');
  if (value === undefined || values.length > 1) return name === '-c' ? [] : undefined;
  switch (name) {
    case '-s':
      return addresses('source-address', value, negated, family);
    case '-d':
      return addresses('destination-address', value, negated, family);
    case '-p':
      return protocol(value, negated);
    case '-i':
      return interfaces('input-interface', value, negated);
    case '-o':
      return interfaces('output-interface', value, negated);
    default:
      return undefined;
  }
}

/** The first packet of a connection is no fragment, and all packets of the rules are of their family. */
function matchOfAll(holds: boolean): readonly Statement[] {
  return holds ? [] : [never];
}

/** Matches an address against networks, of which commas may join several, as iptables takes but never prints them. */
export function addresses(
  field: Field,
  text: string,
  negated: boolean,
  family: Family,
): readonly Statement[] | undefined {
  const patterns: Pattern[] = [];
  for (const word of text.split(',')) {
    const network = readNetwork(word, family);
    if (network === undefined) return undefined;
    if (network.kind === 'interval') patterns.push(patternOf(network.interval));
    else if (text === word) return [underMask(field, network, negated)];
    else return undefined;
  }
  return patterns.some((pattern) => isEverything(pattern, family))
    ? matchOfAll(!negated)
    : [isOneOf(field, patterns, negated)];
}

function patternOf(interval: Interval): Pattern {
  return interval.from === interval.to ? interval.from : interval;
}

function isEverything(pattern: Pattern, family: Family): boolean {
  return typeof pattern === 'object' && 'from' in pattern && pattern.to - pattern.from === fullMask(family);
}

function underMask(
  field: Field,
  { address, mask }: { readonly address: bigint; readonly mask: bigint },
  negated: boolean,
): Statement {
  return {
    kind: 'match',
    value: bitsOf(fieldOf(field), '&', constant(mask)),
    test: { kind: 'compare', operator: negated ? '!=' : '==', with: constant(address) },
  };
}

/** 0 is any protocol. */
function protocol(text: string, negated: boolean): readonly Statement[] | undefined {
  const number = readProtocol(text);
  if (number === undefined) return undefined;
  if (number === 0n) return matchOfAll(!negated);
  return negated ? [isOneOf('protocol', [number], true)] : isProtocol(number);
}

/** One object for each protocol: most rules ask for one of two. */
function isProtocol(number: bigint): readonly Statement[] {
  const known = protocolMatches.get(number);
  if (known !== undefined) return known;
  const match = [isOneOf('protocol', [number], false)];
  protocolMatches.set(number, match);
  return match;
}

const protocolMatches = new Map<bigint, readonly Statement[]>();

/** A trailing `+` stands for the rest of a name, `+` alone for every interface, and for none. */
function interfaces(field: Field, name: string, negated: boolean): readonly Statement[] {
  if (name === '+') return matchOfAll(!negated);
  return [isOneOf(field, [name.endsWith('+') ? { prefix: name.slice(0, -1) } : name], negated)];
}
