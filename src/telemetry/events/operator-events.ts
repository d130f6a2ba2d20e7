import type { Family } from '../../net/family.ts';
import type { Problem } from '../../state/problem.ts';
import type { ServiceKey } from '../../state/records.ts';
import type { SyncEvent, SyncOutcome } from '../../sync/sync-event.ts';
import { regardingNode, regardingOf } from './event-regarding.ts';
import type { EventSink, OperatorEvent, Regarding } from './event-sink.ts';

/** The uid of a Service, where it is known. */
export type UidOf = (service: ServiceKey) => string | undefined;

/** A sync may fail once for a moment's reason; so many in a row are a trouble. */
const failuresToTell = 3;

/**
 * What an operator must know of this proxy, in events. Where kube-proxy has an event for the same, its reason and action
 * are kube-proxy's. All may be called as often as one likes with what still stands.
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

  /** The objects are there now. */
  loaded(uidOf: UidOf): void {
    this.#uidOf = uidOf;
  }

  /** To be told of everything that happens to the rules. */
  hear(event: SyncEvent): void {
    if (event.kind === 'synced') {
      this.#started();
      this.#synced(event.outcome);
    } else if (event.kind === 'damaged') this.#rulesChanged(event.family);
  }

  /** Objects with fields that cannot be used. */
  invalid(problems: Iterable<Problem>): void {
    this.#ofObjects(problems, ({ kind }) => ({ reason: `Invalid${kind}`, action: 'ReadObject' }));
  }

  /** Services that ask for what another one holds. */
  clashes(problems: Iterable<Problem>): void {
    this.#ofObjects(problems, () => ({ reason: 'AddressConflict', action: 'ReadObject' }));
  }

  /** Services that ask for what this mode does not have. */
  withoutEffect(problems: Iterable<Problem>): void {
    this.#ofObjects(problems, () => ({ reason: 'UnsupportedByMode', action: 'ReadObject' }));
  }

  /** A server of the proxy itself cannot listen. */
  cannotServe(what: 'health' | 'metrics', { message }: Error): void {
    const reason = what === 'health' ? 'FailedToStartProxierHealthcheck' : 'FailedToStartMetricServer';
    const note = `${what} cannot be served: ${message}`;
    this.#ofNode({ type: 'Warning', reason, action: 'StartKubeProxy', note });
  }

  /** The health check node port of a Service cannot be listened on. */
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

  /** The rules are programmed for the first time. */
  #started(): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    const note = 'Portolan programs the Services on this node';
    this.#ofNode({ type: 'Normal', reason: 'Starting', action: 'StartKubeProxy', note });
  }

  /** Services that the kernel refuses, and syncs that fail again and again. */
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

  /** Somebody else changed the rules; the next sync mends them. */
  #rulesChanged(family: Family): void {
    const note = `Somebody changed the ${family} rules; they are mended`;
    this.#ofNode({ type: 'Warning', reason: 'RulesChanged', action: 'MendRules', note });
  }

  #ofNode(event: Omit<OperatorEvent, 'regarding' | 'seenBy'>): void {
    this.#sink.report({ ...event, regarding: regardingNode(this.#nodeName), seenBy: 'this node' });
  }

  /** One event an object. All nodes word it alike, in whatever order they find the problems. */
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
