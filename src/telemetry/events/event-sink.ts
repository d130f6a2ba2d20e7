/** Takes events for operators, which `kubectl describe` and `kubectl get events` show. */
export interface EventSink {
  /** Returns at once and never throws; the sink decides whether and when the event is sent. */
  report(event: OperatorEvent): void;
}

/** For objects from files: there is no API server to send events to. */
export const noEvents: EventSink = { report() {} };

export interface OperatorEvent {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, at most 128 characters. Operators and alerts look for this and `regarding`. */
  readonly reason: string;
  /** What was done or attempted: CamelCase, at most 128 characters. */
  readonly action: string;
  readonly regarding: Regarding;
  /** A sentence for people, cut after 1024 bytes. */
  readonly note: string;
  /**
   * `every node`: a problem of the objects, which all nodes find, so that one event is enough for the cluster.
   * `this node`: something that happened here, of which each occurrence counts.
   */
  readonly seenBy: 'every node' | 'this node';
}

/** The object that an event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: RegardingKind;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly name: string;
  /** `kubectl describe` shows only events with the object's uid. */
  readonly uid?: string;
}

export type RegardingKind = 'Service' | 'EndpointSlice' | 'Node' | 'ServiceCIDR';
