/**
 * A rule as both iptables and nftables have it: statements in order, each of which lets the packet pass to the next one,
 * changes it, or says where it goes. The readers of both languages make these, and `walk` follows them.
 */
export interface Rule {
  /** The rule as the listing has it, counters left out: what an operator would search for. */
  readonly text: string;
  /** Empty where the rule has none. */
  readonly comment: string;
  readonly statements: readonly Statement[];
  /**
   * What a packet must have at least for the rule to do anything; where this is there, `statements` may be read only
   * when such a packet comes: chains that dispatch to Services have thousands of rules.
   */
  readonly only?: { readonly destination?: bigint; readonly port?: bigint };
}

export type Statement =
  /** Goes on where the packet is so. */
  | { readonly kind: 'match'; readonly value: Expression; readonly test: Test }
  /** Goes on for this part of the packets, 0 to 1, whichever they are. */
  | { readonly kind: 'chance'; readonly probability: number }
  /** Whether this holds cannot be read off the packet, the node or the rules. `text` says what it asks. */
  | { readonly kind: 'unknown-match'; readonly text: string }
  /** xt_recent: clients that a list remembers. */
  | {
      readonly kind: 'recent';
      readonly list: string;
      readonly action: 'check' | 'update' | 'set' | 'remove';
      readonly of: 'source-address' | 'destination-address';
      readonly negated: boolean;
      /** Seconds that an entry counts; without end where absent. */
      readonly seconds?: number;
    }
  /** Adds an element to a set or map, or takes it out, as the packet passes. */
  | {
      readonly kind: 'set-update';
      readonly action: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly key: Expression;
      /** Milliseconds after which the element goes; as the set has it where absent. */
      readonly timeout?: number;
    }
  | { readonly kind: 'assign'; readonly field: 'mark' | 'ct-mark'; readonly value: Expression }
  /** The connection is not tracked: no NAT. */
  | { readonly kind: 'untrack' }
  /** Does not decide where the packet goes: counters, logs, priorities. */
  | { readonly kind: 'no-op'; readonly text: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** Goes on where the map does not have the key. */
  | { readonly kind: 'verdict-map'; readonly key: Expression; readonly map: ElementsOf }
  | { readonly kind: 'destination-nat'; readonly to: NatTarget }
  /** To the address of the interface that the packet came in by; 127.0.0.1 or ::1 for the node's own. */
  | { readonly kind: 'redirect'; readonly port?: Expression }
  | { readonly kind: 'source-nat'; readonly to: NatTarget }
  | { readonly kind: 'masquerade'; readonly fullyRandom?: true }
  /** `with` is as the language has it: `icmp-port-unreachable`, `tcp reset`. */
  | { readonly kind: 'reject'; readonly with: string }
  /** A statement or target that leads where the rules do not say, such as NFQUEUE. */
  | { readonly kind: 'unknown-statement'; readonly text: string };

export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  /** On to the next rule: an element of a verdict map can say so. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** Absent parts stay as they are. `both` gives address and port together: an expression of two parts. */
export type NatTarget =
  | { readonly both: Expression }
  | { readonly address?: Expression; readonly port?: Expression }
  /** One of several; the kernel chooses. Ends included. */
  | { readonly addresses: Interval; readonly ports?: Interval };

export type Expression =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'field'; readonly field: Field }
  | {
      readonly kind: 'bits';
      readonly operator: '&' | '|' | '^' | '<<' | '>>';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'concatenation'; readonly parts: readonly Expression[] }
  /** What the map has for the key. The rule ends where it has nothing. */
  | { readonly kind: 'map'; readonly key: Expression; readonly map: ElementsOf }
  /** A number from `offset` to `offset + modulus - 1`: any, the next one in turn, or the same one for the same `of`. */
  | {
      readonly kind: 'number';
      readonly method: 'random' | 'in-turn' | 'hash';
      readonly modulus: number;
      readonly offset: number;
      readonly of?: Expression;
      /** Of a hash; the kernel chooses one where absent. */
      readonly seed?: number;
    }
  /** Something that the readers know no meaning of; `text` is as the listing has it. */
  | { readonly kind: 'unknown'; readonly text: string };

/**
 * What is known of the first packet of a connection. Addresses, ports, protocols, marks and types are numbers; interfaces
 * are names. The values: `protocol` by IANA's number; `nf-protocol` 2 and 10; `ct-state` and `ct-status` as bits of
 * `ctStates` and `ctStatuses`; the address types as `addressTypes`.
 */
export type Field =
  | 'source-address'
  | 'destination-address'
  | 'source-port'
  | 'destination-port'
  | 'protocol'
  | 'nf-protocol'
  | 'mark'
  | 'ct-mark'
  | 'ct-state'
  | 'ct-status'
  | 'ct-direction'
  | 'ct-original-source-address'
  | 'ct-original-destination-address'
  | 'ct-original-source-port'
  | 'ct-original-destination-port'
  | 'input-interface'
  | 'output-interface'
  | 'source-address-type'
  | 'destination-address-type'
  /** TCP's flags of a first packet: SYN alone. */
  | 'tcp-flags';

/** Bits as the kernel has them (NF_CT_STATE_BIT, and nft's `ct state`). */
export const ctStates = { invalid: 1n, established: 2n, related: 4n, new: 8n, untracked: 64n } as const;

/** Bits of `enum ip_conntrack_status` that rules ask for. */
export const ctStatuses = {
  expected: 1n,
  'seen-reply': 2n,
  assured: 4n,
  confirmed: 8n,
  snat: 16n,
  dnat: 32n,
} as const;

/** `RTN_*` of linux/rtnetlink.h, by nft's names; iptables writes them in capitals. */
export const addressTypes = {
  unspec: 0n,
  unicast: 1n,
  local: 2n,
  broadcast: 3n,
  anycast: 4n,
  multicast: 5n,
  blackhole: 6n,
  unreachable: 7n,
  prohibit: 8n,
} as const;

export const tcpFlags = { fin: 1n, syn: 2n, rst: 4n, psh: 8n, ack: 16n, urg: 32n } as const;

/** A number, or a name of an interface. */
export type Scalar = bigint | string;
/** Concatenations have a scalar a part. */
export type Value = Scalar | readonly Scalar[];

export type Test =
  | { readonly kind: 'in'; readonly negated: boolean; readonly elements: ElementsOf }
  /** Whether any of these bits is set. */
  | { readonly kind: 'any-bit'; readonly negated: boolean; readonly bits: bigint }
  | {
      readonly kind: 'compare';
      readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=';
      readonly with: Expression;
    };

/** A set or map: named, of the rule's table, or written into the rule. */
export type ElementsOf =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'inline'; readonly elements: readonly Element[] };

export interface Element {
  /** A pattern for each part of the key. */
  readonly key: readonly Pattern[];
  readonly data?: Value;
  readonly verdict?: Verdict;
  /** Empty where it has none. */
  readonly comment: string;
}

export type Pattern = Scalar | Interval | { readonly prefix: string };

/** Ends included. */
export interface Interval {
  readonly from: bigint;
  readonly to: bigint;
}
