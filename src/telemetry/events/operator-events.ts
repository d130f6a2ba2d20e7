import type { Family } from '../../net/family.ts';
import type { Problem } from '../../state/problem.ts';
import type { ServiceKey } from '../../state/records.ts';
import type { SyncEvent, SyncOutcome } from '../../sync/sync-event.ts';
import { regardingNode, regardingOf } from './event-regarding.ts';
import type { EventSink, OperatorEvent, Regarding } from './event-sink.ts';

/** Returns the uid of a Service, if known. */
export type UidOf = (service: ServiceKey) => string | undefined;

/** A sync may fail for a passing reason: only so many failures in a row are reported. */
const failuresToTell = 3;

/**
 * Reports to operators by events. Where kube-proxy has the same event, reason and action are kube-proxy's. Methods may
 * be called repeatedly for a problem that persists.
 */
export class OperatorEvents {
  readonly #sink: EventSink;
  readonly #nodeName: string;
  #uidOf: UidOf = () => undefined;
  readonly #failures = new Map<Family, number>();
  #hasStarted = false;

  constructor(sink: EventSink, nodeName: string) {
    this.#sink = sink;
    this.#nodeName = nodeName;
  }

  /** The objects have been loaded. */
  loaded(uidOf: UidOf): void {
    this.#uidOf = uidOf;
  }

  /** Takes every event of syncs. */
  hear(event: SyncEvent): void {
    if (event.kind === 'synced') {
      this.#started();
      this.#synced(event.outcome);
    } else if (event.kind === 'damaged') this.#rulesChanged(event.family);
  }

  /** Reports objects with unusable fields. */
  invalid(problems: Iterable<Problem>): void {
    this.#ofObjects(problems, ({ kind }) => ({ reason: `Invalid${kind}`, action: 'ReadObject' }));
  }

  /** Reports Services that want an address or port that another one holds. */
  clashes(problems: Iterable<Problem>): void {
    this.#ofObjects(problems, () => ({ reason: 'AddressConflict', action: 'ReadObject' }));
  }

  /** Reports Services that use a feature which this mode lacks. */
  withoutEffect(problems: Iterable<Problem>): void {
    this.#ofObjects(problems, () => ({ reason: 'UnsupportedByMode', action: 'ReadObject' }));
  }

  /** Reports a server of the proxy that cannot listen. */
  cannotServe(what: 'health' | 'metrics', { message }: Error): void {
    const reason = what === 'health' ? 'FailedToStartProxierHealthcheck' : 'FailedToStartMetricServer';
    const note = `${what} cannot be served: ${message}`;
    this.#ofNode({ type: 'Warning', reason, action: 'StartKubeProxy', note });
  }

  /** Reports a health check node port that cannot be bound. */
  cannotServeHealthCheck(service: ServiceKey, port: number, { message }: Error): void {
    const regarding = this.#regarding(`Service ${service}`);
    if (regarding === undefined) return;
    this.#sink.report({
      type: 'Warning',
      reason: 'FailedToStartServiceHealthcheck',
      action: 'Listen',
      regarding,
      note: `Node ${this.#nodeName} cannot answer health checks on port ${port}: ${message}`,
      seenBy: 'this node',
    });
  }

  /** Reports that the rules are programmed for the first time. */
  #started(): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    const note = 'Portolan programs the Services on this node';
    this.#ofNode({ type: 'Normal', reason: 'Starting', action: 'StartKubeProxy', note });
  }

  /** Reports Services that the kernel refuses, and syncs that fail repeatedly. */
  #synced(outcome: SyncOutcome): void {
    const { family } = outcome;
    if (outcome.result === 'done') {
      this.#failures.delete(family);
      this.#ofObjects(outcome.refused, () => ({ reason: 'RefusedByKernel', action: 'ProgramRules' }));
      return;
    }
    const failures = (this.#failures.get(family) ?? 0) + 1;
    this.#failures.set(family, failures);
    if (failures < failuresToTell) return;
    const note = `The rules cannot be programmed: ${family}: ${outcome.error.message}`;
    this.#ofNode({ type: 'Warning', reason: 'FailedSync', action: 'ProgramRules', note });
  }

  /** Reports that the rules were changed by somebody else; the next sync restores them. */
  #rulesChanged(family: Family): void {
    const note = `Somebody changed the ${family} rules; they are mended`;
    this.#ofNode({ type: 'Warning', reason: 'RulesChanged', action: 'MendRules', note });
  }

  #ofNode(event: Omit<OperatorEvent, 'regarding' | 'seenBy'>): void {
    this.#sink.report({ ...event, regarding: regardingNode(this.#nodeName), seenBy: 'this node' });
  }

  /** One event for each object, worded the same on all nodes, in whatever order they find the problems. */
  #ofObjects(
    problems: Iterable<Problem>,
    about: (regarding: Regarding) => Pick<OperatorEvent, 'reason' | 'action'>,
  ): void {
    for (const [object, together] of Map.groupBy(problems, (problem) => problem.object)) {
      const regarding = this.#regarding(object);
      if (regarding === undefined) continue;
      this.#sink.report({
        type: 'Warning',
        ...about(regarding),
        regarding,
        note: [...new Set(together.map(describe))].sort().join('; '),
        seenBy: 'every node',
      });
    }
  }

  #regarding(object: string): Regarding | undefined {
    const regarding = regardingOf(object);
    if (regarding?.kind === 'Node') return regardingNode(regarding.name);
    if (regarding?.kind !== 'Service') return regarding;
    const uid = this.#uidOf(`${regarding.namespace}/${regarding.name}` as ServiceKey);
    return uid === undefined ? regarding : { ...regarding, uid };
  }
}

function describe({ field, reason }: Problem): string {
  return field === undefined ? reason : `${field}: ${reason}`;
}
