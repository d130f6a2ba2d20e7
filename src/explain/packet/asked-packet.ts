import { interfaceNameAllowed, parseInterfaceName } from '../../config/interface-name.ts';
import { type Address, familyOf, parseAddress } from '../../net/address.ts';
import { type Family, families } from '../../net/family.ts';
import { UserError } from '../../program/exit-status.ts';
import { shown } from '../../state/shown.ts';
import type { Packet } from '../../trace/packet.ts';
import type { ExplainOptions } from '../explain-options.ts';
import type { ExplainObjects } from './explain-objects.ts';
import {
  type ClientText,
  type ParseFault,
  parseClient,
  parseTarget,
  portOf,
  type TargetText,
} from './packet-ends.ts';
import { askedProtocol, type PacketTarget } from './packet-target.ts';

/** The packet that the options describe, and its client in words where that is more than an address. */
export interface AskedPacket {
  readonly packet: Packet;
  readonly client: string | undefined;
}

/**
 * The packet that the options describe. `nodeAddresses` are the node's own; the node sends from the first of each
 * family. Throws a `UserError` where the options describe no packet, or name something that the objects do not have.
 */
export async function askedPacket(
  options: ExplainOptions,
  nodeAddresses: readonly Address[],
  objects: ExplainObjects | undefined,
): Promise<AskedPacket> {
  const from = checked('--from', options.from, parseClient(options.from));
  const to = checked('--to', options.to, parseTarget(options.to));
  const sources = await clientAddresses(from, options, nodeAddresses, objects);
  const targets = await targetAddresses(to, options, nodeAddresses, objects);
  const { source, target } = sameFamily(sources, targets, options);
  const { address: destination, port, protocol } = target;
  const inputInterface = checkedInterface(options);
  const packet = { source, destination, protocol, port, sourcePort: sourcePort(options), inputInterface };
  return { packet, client: clientWords(from, options) };
}

function checked<T extends { readonly kind: string }>(
  option: string,
  text: string,
  parsed: T | ParseFault,
): T {
  if (isFault(parsed)) throw new UserError(`${option} ${shown(text)}: ${parsed.reason}`);
  return parsed;
}

function isFault(parsed: { readonly kind: string }): parsed is ParseFault {
  return parsed.kind === 'fault';
}

function clientWords(from: ClientText, { from: text }: ExplainOptions): string | undefined {
  switch (from.kind) {
    case 'address':
      return undefined;
    case 'node':
      return 'the node itself';
    case 'outside':
      return 'an example of a client outside the cluster';
    case 'pod':
      return `pod ${text.replace(/^pod\//, '')}`;
  }
}

async function clientAddresses(
  from: ClientText,
  options: ExplainOptions,
  nodeAddresses: readonly Address[],
  objects: ExplainObjects | undefined,
): Promise<readonly Address[]> {
  switch (from.kind) {
    case 'address':
      return [from.address];
    case 'outside':
      return someClients;
    case 'node':
      return requireNode('--from node', nodeAddresses);
    case 'pod': {
      const { podAddresses } = await import('./pod-addresses.ts');
      return podAddresses(from, options.from, objects);
    }
  }
}

/** From the networks reserved for documentation (RFC 5737, RFC 3849), which no cluster should use. */
const someClients: readonly Address[] = ['198.51.100.1', '2001:db8:5::1'].flatMap(
  (text) => parseAddress(text) ?? [],
);

async function targetAddresses(
  to: TargetText,
  options: ExplainOptions,
  nodeAddresses: readonly Address[],
  objects: ExplainObjects | undefined,
): Promise<readonly PacketTarget[]> {
  const protocol = askedProtocol(options) ?? 'TCP';
  if (to.kind !== 'service' && options.via !== undefined)
    throw new UserError(
      `--via ${options.via}: chooses among the addresses of a Service; --to ${options.to} is none`,
    );
  switch (to.kind) {
    case 'address':
      return [{ address: to.address, port: to.port, protocol }];
    case 'node':
      return requireNode('--to node', nodeAddresses).map((address) => ({ address, port: to.port, protocol }));
    case 'service': {
      const { serviceAddresses } = await import('./service-addresses.ts');
      return serviceAddresses(to, options, nodeAddresses, objects);
    }
  }
}

function requireNode(option: string, nodeAddresses: readonly Address[]): readonly Address[] {
  if (nodeAddresses.length > 0) return nodeAddresses;
  throw new UserError(`${option}: no address of the node is known; name one with --node-address`);
}

/** The first source and the first target of a family that both have; `--family` chooses it. */
function sameFamily(
  sources: readonly Address[],
  targets: readonly PacketTarget[],
  { family, from, to }: ExplainOptions,
): { readonly source: Address; readonly target: PacketTarget } {
  for (const one of family === undefined ? families : [family]) {
    const source = sources.find((address) => familyOf(address) === one);
    const target = targets.find(({ address }) => familyOf(address) === one);
    if (source !== undefined && target !== undefined) return { source, target };
  }
  const have = `--from ${from} has ${familiesOf(sources)}, --to ${to} has ${familiesOf(targets.map(({ address }) => address))}`;
  const asked = family === undefined ? '' : `, --family is ${family}`;
  throw new UserError(`a packet has one family: ${have}${asked}`);
}

function familiesOf(addresses: readonly Address[]): string {
  const have: readonly Family[] = families.filter((family) =>
    addresses.some((address) => familyOf(address) === family),
  );
  return have.length === 0 ? 'no address' : have.join(' and ');
}

function checkedInterface({ inputInterface: text }: ExplainOptions): string | undefined {
  if (text === undefined || parseInterfaceName(text) !== undefined) return text;
  throw new UserError(`--in-interface ${shown(text)}: must be ${interfaceNameAllowed}`);
}

function sourcePort({ sourcePort: text }: ExplainOptions): number | undefined {
  if (text === undefined) return undefined;
  const port = portOf(text);
  if (port === undefined) throw new UserError(`--source-port ${shown(text)}: must be a port from 1 to 65535`);
  return port;
}
