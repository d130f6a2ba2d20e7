import type { Family, Protocol } from '../net/family.ts';
import type { Endpoint } from '../plan/service-plan.ts';

/**
 * The protocols whose flows can become stale. TCP connections end by themselves: they are reset or time out, and a new
 * one has another source port. Datagrams from the same socket keep a flow alive for ever.
 */
export type FlowProtocol = Exclude<Protocol, 'TCP'>;

/** An entry of the kernel's conntrack table: its original destination and who replies. */
export interface Flow {
  readonly protocol: FlowProtocol;
  /** The destination that the client sent to. */
  readonly destination: Endpoint;
  /** The source of replies: the same as `destination` unless the flow was translated. */
  readonly replySource: Endpoint;
}

/** The kernel's conntrack table. */
export interface ConntrackTable {
  /**
   * Reads the flows of these protocols once and deletes those for which `isStale` is true. Resolves to the number of
   * deleted flows, without those that ended in between. Rejects with an `Error` where the table cannot be read.
   */
  deleteFlows(
    family: Family,
    protocols: readonly FlowProtocol[],
    isStale: (flow: Flow) => boolean,
  ): Promise<number>;
}
