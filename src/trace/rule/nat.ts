import { type Address, familyOf, parseAddress } from '../../net/address.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';
import type { Expression, Interval, NatTarget, Statement } from '../../rules-text/rule.ts';
import type { Effect } from '../trace.ts';
import type { Environment } from './environment.ts';
import { evaluate } from './evaluate.ts';
import type { PacketState } from './packet-state.ts';

interface NatContext extends Environment {
  readonly state: PacketState;
}

/**
 * Gives the packet its new destination; no other rule of NAT will change it then. `undefined` where an expression has
 * no value: the rule ends there, as nft's does.
 */
export function translateDestination(
  statement: Statement & { kind: 'destination-nat' | 'redirect' },
  context: NatContext,
): Effect | undefined {
  const { state } = context;
  const translation =
    statement.kind === 'redirect'
      ? redirect(statement.port, state, context)
      : translate(statement.to, state, context);
  if (translation === undefined || 'unknown' in translation) return effectOf(translation);
  state.settled.destination = true;
  state.hasDestinationNat = true;
  state.destination = translation.address ?? state.destination;
  state.port = translation.port === 'any' ? undefined : (translation.port ?? state.port);
  return { kind: 'destination-nat', address: state.destination, port: state.port };
}

/** Gives the connection its new source. `undefined` as above. */
export function translateSource(
  statement: Statement & { kind: 'source-nat' | 'masquerade' },
  context: NatContext,
): Effect | undefined {
  const { state } = context;
  if (statement.kind === 'masquerade') {
    state.settled.source = true;
    state.newSource = 'masquerade';
    return { kind: 'masquerade' };
  }
  const translation = translate(statement.to, state, context);
  if (translation === undefined || 'unknown' in translation) return effectOf(translation);
  state.settled.source = true;
  const { address = state.packet.source, port } = translation;
  state.newSource = address;
  return { kind: 'source-nat', address, port: typeof port === 'number' ? port : undefined };
}

/** Parts that are absent stay; of a range of ports the kernel takes any. */
type Translation =
  | { readonly address?: Address; readonly port?: number | 'any' }
  | { readonly unknown: string };

function effectOf(translation: { readonly unknown: string } | undefined): Effect | undefined {
  return translation === undefined ? undefined : { kind: 'unknown', text: translation.unknown };
}

function translate(target: NatTarget, state: PacketState, environment: Environment): Translation | undefined {
  if ('addresses' in target) return translateByRange(target, state, environment);
  const parts = 'both' in target ? valuesOf(target.both, environment) : addressAndPort(target, environment);
  if (!isNumbers(parts)) return parts;
  const [address, port] = parts;
  return {
    ...(address !== undefined && { address: addressOf(address, familyOf(state.destination)) }),
    ...(port !== undefined && { port: Number(port) }),
  };
}

type Numbers = readonly (bigint | undefined)[];

/** nft writes an address and a port of one map as an address, too. */
function addressAndPort(
  target: { readonly address?: Expression; readonly port?: Expression },
  environment: Environment,
): Numbers | { readonly unknown: string } | undefined {
  const address = target.address === undefined ? [undefined] : valuesOf(target.address, environment);
  const port = target.port === undefined ? [] : valuesOf(target.port, environment);
  if (!isNumbers(address)) return address;
  if (!isNumbers(port)) return port;
  return [...address, ...port];
}

function isNumbers(values: Numbers | { readonly unknown: string } | undefined): values is Numbers {
  return Array.isArray(values);
}

function valuesOf(
  expression: Expression,
  environment: Environment,
): Numbers | { readonly unknown: string } | undefined {
  const evaluated = evaluate(expression, environment);
  if (evaluated.kind === 'none') return undefined;
  if (evaluated.kind === 'unknown') return { unknown: evaluated.text };
  const scalars = typeof evaluated.value === 'object' ? evaluated.value : [evaluated.value];
  return scalars.map((scalar) => (typeof scalar === 'bigint' ? scalar : undefined));
}

/** As many paths as there are addresses, up to a number that can be shown. */
function translateByRange(
  { addresses, ports }: { readonly addresses: Interval; readonly ports?: Interval },
  state: PacketState,
  environment: Environment,
): Translation {
  const count = Number(addresses.to - addresses.from + 1n);
  if (count > mostAddresses) return { unknown: `which of ${count} addresses the kernel takes` };
  const option = { share: 1 / count, condition: 'by a hash of the addresses' };
  const chosen = count === 1 ? 0 : environment.choose(Array.from({ length: count }, () => option));
  const address = addressOf(addresses.from + BigInt(chosen), familyOf(state.destination));
  if (ports === undefined) return { address };
  return { address, port: ports.from === ports.to ? Number(ports.from) : 'any' };
}

const mostAddresses = 256;

/** man iptables-extensions, REDIRECT: the node's own packets go to the loopback address. */
function redirect(
  port: Expression | undefined,
  state: PacketState,
  environment: Environment,
): Translation | undefined {
  if (!state.isFromNode) return { unknown: 'the first address of the interface that the packet comes in by' };
  const address = parseAddress(familyOf(state.destination) === 'IPv4' ? '127.0.0.1' : '::1');
  const to = { address: { kind: 'value', value: addressNumber(address ?? state.destination) } } as const;
  return translate(port === undefined ? to : { ...to, port }, state, environment);
}
