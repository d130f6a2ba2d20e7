import type { ProxyConfig } from '../config/proxy-config.ts';
import { type LoadedState, modeProblems } from '../plan/loaded-state.ts';
import type { SourceUpdate } from '../sources/source.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceRecord } from '../state/records.ts';
import type { OperatorEvents } from '../telemetry/events/operator-events.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { ProblemLog } from '../telemetry/logs/problem-log.ts';

/** What is wrong with objects, as lines of the log and as events; and where it is open which there are, as lines. */
export class ProblemReports {
  readonly #config: ProxyConfig;
  readonly #log: ProblemLog;
  readonly #events: OperatorEvents | undefined;

  constructor(config: ProxyConfig, logger: Logger, events?: OperatorEvents) {
    this.#config = config;
    this.#log = new ProblemLog(logger);
    this.#events = events;
  }

  /** Of all objects that were there at the start. */
  loaded({ state, unusable }: LoadedState): void {
    this.#report(state, unusable, state.services.values());
    this.#log.report(state.gaps);
  }

  /** Of the objects in an update, which the state now holds. */
  updated(state: ClusterState, { changes, problems, gaps = [] }: SourceUpdate): void {
    const services = changes.flatMap((change) =>
      change.kind === 'Service' && change.record !== undefined ? [change.record] : [],
    );
    this.#report(state, problems, services);
    this.#log.report(gaps);
  }

  #report(state: ClusterState, unusable: readonly Problem[], services: Iterable<ServiceRecord>): void {
    const [clashes, withoutEffect] = [[...state.clashes()], [...modeProblems(services, this.#config)]];
    this.#log.report([...unusable, ...clashes, ...withoutEffect]);
    this.#events?.invalid(unusable);
    this.#events?.clashes(clashes);
    this.#events?.withoutEffect(withoutEffect);
  }
}
