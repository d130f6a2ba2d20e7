import type { Family, Protocol } from '../net/family.ts';
import type { Endpoint } from '../plan/service-plan.ts';

/**
 * The protocols whose flows are looked at. TCP ends by itself: an endpoint that is gone resets it, or the client gives
 * up, and a new connection has a new source port. A datagram from the same socket keeps a flow alive for ever.
 */
export type FlowProtocol = Exclude<Protocol, 'TCP'>;

/** An entry of the kernel's connection tracking, as far as it says who was asked and who answers. */
export interface Flow {
  readonly protocol: FlowProtocol;
  /** Where the client sent it. */
  readonly destination: Endpoint;
  /** Whose answers belong to it: the same as `destination`, unless it was translated. */
  readonly replySource: Endpoint;
}

/** What the clean-up needs of the machine: the table of connection tracking. */
export interface ConntrackTable {
  /**
   * Reads the flows of these protocols once and deletes those that `isStale` says so of. Resolves to how many were
   * deleted; one that has ended meanwhile is not counted. Rejects with an `Error` where the table cannot be read.
   */
  deleteFlows(
    family: Family,
    protocols: readonly FlowProtocol[],
    isStale: (flow: Flow) => boolean,
  ): Promise<number>;
}
