import { type Address, familyOf, formatEndpoint } from '../../net/address.ts';
import { addressNumber, addressOf, protocolNumbers } from '../../net/numbers.ts';
import { addressTypes, ctStates, ctStatuses, type Field, tcpFlags } from '../../rules-text/rule.ts';
import type { Hook } from '../../rules-text/ruleset.ts';
import type { NodeView, Packet } from '../packet.ts';
import type { Evaluated } from './environment.ts';

/** A packet on its path: what rules have made of it so far. */
export class PacketState {
  readonly packet: Packet;
  readonly #node: NodeView;
  readonly isFromNode: boolean;
  destination: Address;
  port: number | undefined;
  mark: bigint | { readonly unknown: string } = 0n;
  ctMark: bigint | { readonly unknown: string } = 0n;
  isTracked = true;
  hasDestinationNat = false;
  /** Whether the packet has passed a hook that settles its destination, or its source, for the whole connection. */
  readonly settled = { destination: false, source: false };
  /** What hides the sender: an address, or the one of the interface that the packet leaves by. */
  newSource: Address | 'masquerade' | undefined;
  hook: Hook = 'prerouting';
  priority = 0;
  /** On its second pass through the hooks, from the node to itself by the loopback interface. */
  isLooped = false;

  constructor(packet: Packet, node: NodeView) {
    this.packet = packet;
    this.#node = node;
    this.isFromNode = node.isLocal(packet.source);
    this.destination = packet.destination;
    this.port = packet.port;
  }

  copy(): PacketState {
    const copy = new PacketState(this.packet, this.#node);
    return Object.assign(copy, this, { settled: { ...this.settled } });
  }

  /** Equal for states of one packet that no rule can tell apart. */
  get key(): string {
    const { hook, priority, destination, port, settled, newSource } = this;
    const marks = [this.mark, this.ctMark].map((mark) => (typeof mark === 'bigint' ? String(mark) : mark));
    const flags = [this.isTracked, this.hasDestinationNat, this.isLooped];
    return JSON.stringify([hook, priority, destination, port, settled, newSource, ...marks, ...flags]);
  }

  get isForNode(): boolean {
    return this.#node.isLocal(this.destination);
  }

  /** `ip:port` that the packet is for now. */
  get endpoint(): string {
    return this.port === undefined ? this.destination : formatEndpoint(this.destination, this.port);
  }

  field(field: Field): Evaluated {
    const { packet } = this;
    switch (field) {
      case 'source-address':
        return this.#sourceAddress();
      case 'destination-address':
        return known(addressNumber(this.destination));
      case 'source-port':
      case 'ct-original-source-port':
        return numberOr(packet.sourcePort, 'the source port');
      case 'destination-port':
        return numberOr(this.port, 'the port after DNAT');
      case 'ct-original-destination-port':
        return numberOr(packet.port, 'the port');
      case 'ct-original-source-address':
        return known(addressNumber(packet.source));
      case 'ct-original-destination-address':
        return known(addressNumber(packet.destination));
      case 'protocol':
        return known(protocolNumbers[packet.protocol]);
      case 'nf-protocol':
        return known(familyOf(packet.destination) === 'IPv4' ? 2n : 10n);
      case 'mark':
        return markOf(this.mark);
      case 'ct-mark':
        return markOf(this.ctMark);
      case 'ct-state':
        return known(this.#ctState());
      case 'ct-status':
        return known(
          (this.hasDestinationNat ? ctStatuses.dnat : 0n) | (this.newSource ? ctStatuses.snat : 0n),
        );
      case 'ct-direction':
        return known(0n);
      case 'input-interface':
        return this.#inputInterface();
      case 'output-interface':
        return this.#outputInterface();
      case 'source-address-type':
        return known(this.#typeOf(packet.source));
      case 'destination-address-type':
        return known(this.#typeOf(this.destination));
      case 'tcp-flags':
        return packet.protocol === 'TCP' ? known(tcpFlags.syn) : { kind: 'none' };
    }
  }

  #sourceAddress(): Evaluated {
    if (this.newSource === 'masquerade')
      return { kind: 'unknown', text: 'the source address after masquerading' };
    return known(addressNumber(this.newSource ?? this.packet.source));
  }

  /** Before conntrack, which looks at a packet at priority -200 of its first hook, there is no state. */
  #ctState(): bigint {
    if (!this.isTracked) return ctStates.untracked;
    const isFirstHook = !this.isLooped && (this.hook === 'prerouting' || this.hook === 'output');
    return isFirstHook && this.priority < conntrackPriority ? ctStates.invalid : ctStates.new;
  }

  /** Where there is no interface, the kernel compares with an empty name. */
  #inputInterface(): Evaluated {
    if (this.isLooped) return known('lo');
    if (this.isFromNode) return known('');
    const name = this.packet.inputInterface ?? this.#node.interfaceTo(this.packet.source);
    return name === undefined ? { kind: 'unknown', text: 'the interface that it comes in by' } : known(name);
  }

  #outputInterface(): Evaluated {
    if (this.hook === 'prerouting' || this.hook === 'input') return known('');
    const name = this.isForNode ? 'lo' : this.#node.interfaceTo(this.destination);
    return name === undefined ? { kind: 'unknown', text: 'the interface that it leaves by' } : known(name);
  }

  #typeOf(address: Address): bigint {
    if (this.#node.isLocal(address)) return addressTypes.local;
    const number = addressNumber(address);
    if (familyOf(address) === 'IPv6')
      return number >> 120n === 0xffn ? addressTypes.multicast : addressTypes.unicast;
    if (number === 0xffffffffn) return addressTypes.broadcast;
    return number >> 28n === 0xen ? addressTypes.multicast : addressTypes.unicast;
  }
}

/** NF_IP_PRI_CONNTRACK of linux/netfilter_ipv4.h. */
const conntrackPriority = -200;

function known(value: bigint | string): Evaluated {
  return { kind: 'known', value };
}

function numberOr(value: number | undefined, name: string): Evaluated {
  return value === undefined ? { kind: 'unknown', text: name } : known(BigInt(value));
}

function markOf(mark: PacketState['mark']): Evaluated {
  return typeof mark === 'bigint' ? known(mark) : { kind: 'unknown', text: mark.unknown };
}

/** The address that a value means, in the packet's family. */
export function valueAddress(value: bigint, packet: Packet): Address {
  return addressOf(value, familyOf(packet.destination));
}
