/** Takes what an operator must know, for `kubectl describe` and `kubectl get events`. */
export interface EventSink {
  /** Returns at once and never throws; whether and when the event is sent is the sink's business. */
  report(event: OperatorEvent): void;
}

/** For objects that come from files: there is nobody to send events to. */
export const noEvents: EventSink = { report() {} };

export interface OperatorEvent {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, at most 128 characters; with `regarding`, what operators and alerts look for. */
  readonly reason: string;
  /** What was done, or tried: CamelCase, at most 128 characters. */
  readonly action: string;
  readonly regarding: Regarding;
  /** A sentence for people; all but its first 1024 bytes is left out. */
  readonly note: string;
  /**
   * `every node`: it stands in the objects, so that all nodes find it alike, and one event is enough for the cluster.
   * `this node`: it happened here, and each time counts.
   */
  readonly seenBy: 'every node' | 'this node';
}

/** The object that an event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: RegardingKind;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
  /** `kubectl describe` shows only events with the object's own. */
  readonly uid?: string;
}

export type RegardingKind = 'Service' | 'EndpointSlice' | 'Node' | 'ServiceCIDR';
