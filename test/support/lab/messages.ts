import type { Address } from '../../../src/net/address.ts';

/** What a lab asks the agent in a namespace, and what it answers. */

export type Transport = 'tcp' | 'udp';

export interface Listener {
  readonly protocol: Transport;
  readonly address: Address;
  readonly port: number;
  /** TCP connections stay open after the answer, and get back what they send. */
  readonly echo?: boolean;
}

export interface Connection {
  readonly protocol: Transport;
  readonly source: Address;
  /** A port that was not used before keeps conntrack entries of earlier packets out of the way. */
  readonly sourcePort: number;
  readonly destination: Address;
  readonly port: number;
  readonly timeoutMs: number;
}

/** Both as `ip:port`: where the server was reached, and whom it saw as its client. */
export interface Answer {
  readonly server: string;
  readonly peer: string;
}

/** `error` is the code of the failed system call; ETIMEDOUT where nothing came back in time. */
export type ConnectResult = { readonly answer: Answer } | { readonly error: string };

export type Request =
  /** Keys are paths below /proc/sys, with `*` for "each". */
  | { readonly op: 'sysctl'; readonly settings: Readonly<Record<string, string>> }
  | { readonly op: 'listen'; readonly listener: Listener }
  | { readonly op: 'close'; readonly listener: Listener }
  | { readonly op: 'connect'; readonly connection: Connection };

export type Reply = { readonly done: true } | ConnectResult;
