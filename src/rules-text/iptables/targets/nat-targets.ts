import type { Family } from '../../../net/family.ts';
import type { Expression, Interval, NatTarget, Statement } from '../../rule.ts';
import { type Extension, valueOfOption } from '../extension.ts';
import { constant } from '../statements.ts';
import { readAddressRange, readPorts } from '../values.ts';

/** `-j DNAT --to-destination …`. */
export function destinationNat(extension: Extension, family: Family): readonly Statement[] | undefined {
  const to = readNatTarget(valueOfOption(extension, '--to-destination'), family);
  return to && [{ kind: 'destination-nat', to }];
}

/** `-j SNAT --to-source …`. */
export function sourceNat(extension: Extension, family: Family): readonly Statement[] | undefined {
  const to = readNatTarget(valueOfOption(extension, '--to-source'), family);
  return to && [{ kind: 'source-nat', to }];
}

/** `-j REDIRECT`, to the same port or another one. */
export function redirect(extension: Extension): readonly Statement[] | undefined {
  if (!extension.options.some(({ name }) => name === '--to-ports')) return [{ kind: 'redirect' }];
  const ports = readPorts(valueOfOption(extension, '--to-ports') ?? '', '-');
  return ports === undefined ? undefined : [{ kind: 'redirect', port: portOf(ports) }];
}

/**
 * An address, or two with `-` between them, then perhaps `:` and ports. An address of IPv6 has brackets where ports
 * follow.
 */
function readNatTarget(text: string | undefined, family: Family): NatTarget | undefined {
  const [addressText, rest] = splitTarget(text ?? '');
  const parts = /^(?::([\d-]+)(?:\/(\d+))?)?$/.exec(rest);
  if (parts === null) return undefined;
  const [, portText, base] = parts;
  const range = addressText === '' ? undefined : readAddressRange(addressText, family);
  const ports = portText === undefined ? undefined : readPorts(portText, '-');
  if ((range === undefined && addressText !== '') || (ports === undefined && portText !== undefined))
    return undefined;
  return base === undefined ? targetOf(range, ports) : shiftedPort(range, `${portText}/${base}`);
}

/** The addresses without brackets, and what follows them. One colon alone is that of a port. */
function splitTarget(text: string): readonly [string, string] {
  const bracket = text.lastIndexOf(']');
  const colon = text.indexOf(':');
  const hasOneColon = colon !== -1 && colon === text.lastIndexOf(':');
  const end = bracket !== -1 ? bracket + 1 : hasOneColon ? colon : text.length;
  return [text.slice(0, end).replaceAll(/[[\]]/g, ''), text.slice(end)];
}

function targetOf(range: Interval | undefined, ports: bigint | Interval | undefined): NatTarget | undefined {
  if (range === undefined) return ports === undefined ? undefined : { port: portOf(ports) };
  const oneAddress = range.from === range.to;
  if (oneAddress && ports === undefined) return { address: constant(range.from) };
  if (oneAddress && typeof ports === 'bigint')
    return { address: constant(range.from), port: constant(ports) };
  if (ports === undefined) return { addresses: range };
  return { addresses: range, ports: typeof ports === 'bigint' ? { from: ports, to: ports } : ports };
}

/** As far from the first port as the packet's own port is from the base: no expression of rules. */
function shiftedPort(range: Interval | undefined, text: string): NatTarget | undefined {
  const port: Expression = { kind: 'unknown', text };
  if (range === undefined) return { port };
  return range.from === range.to ? { address: constant(range.from), port } : undefined;
}

/** The kernel chooses one of a range. */
function portOf(ports: bigint | Interval): Expression {
  if (typeof ports === 'bigint') return constant(ports);
  const modulus = Number(ports.to - ports.from) + 1;
  return { kind: 'number', method: 'random', modulus, offset: Number(ports.from) };
}
