import type { ClusterSourceEvents } from '../../sources/cluster/cluster-source.ts';
import type { ApiObserver } from '../metrics/api-metrics.ts';
import type { Logger } from './logger.ts';

/** Says how it goes with the API server: a failure once a minute at most for each kind, whatever the attempts. */
export function logApi(logger: Logger, observer: ApiObserver): ClusterSourceEvents {
  const quietUntil = new Map<string, number>();
  return {
    listed({ kind }, how, objects) {
      observer.following(kind, true);
      logger.info({ kind, how, objects }, 'listed');
    },
    failed({ kind, optional }, failure, pause) {
      observer.following(kind, false);
      const fields = { kind, pauseSeconds: Math.round(pause / 100) / 10, error: failure.message };
      if (optional && failure.kind === 'refused') {
        logger.info(fields, 'the API server does not give these objects; going on without them');
      } else if (failure.kind === 'expired') {
        logger.info(fields, 'the watch was too far behind; listing again');
      } else if (Date.now() >= (quietUntil.get(kind) ?? 0)) {
        quietUntil.set(kind, Date.now() + 60_000);
        logger.warn(fields, 'cannot follow the API server; the rules stay, trying again');
      } else {
        logger.debug(fields, 'cannot follow the API server');
      }
    },
    recovered({ kind }) {
      observer.following(kind, true);
      quietUntil.delete(kind);
      logger.info({ kind }, 'the API server answers again');
    },
    awaitsNode(node) {
      logger.warn(
        { node },
        'the Node has no spec.podCIDRs yet, which detectLocalMode NodeCIDR needs; waiting',
      );
    },
  };
}
