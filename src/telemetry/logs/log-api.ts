import type { ClusterSourceEvents } from '../../sources/cluster/cluster-source.ts';
import type { ApiObserver } from '../metrics/api-metrics.ts';
import type { Logger } from './logger.ts';

/** The least time between two equal messages about a kind, in milliseconds. */
const quietTime = 60_000;

/**
 * Logs the state of the connection to the API server: equal messages about a kind at most once a minute. `kept` is what stays as it
 * is meanwhile.
 */
export function logApi(logger: Logger, observer: ApiObserver, kept = 'the rules stay'): ClusterSourceEvents {
  const quietUntil = new Map<string, number>();
  const isNew = (what: string) => {
    const now = performance.now();
    if (now < (quietUntil.get(what) ?? 0)) return false;
    quietUntil.set(what, now + quietTime);
    return true;
  };
  /** Kinds that were reported as not followed, or as missing. */
  const reported = new Set<string>();
  /** Kinds whose list is requested once more. */
  const doubted = new Set<string>();
  return {
    listed({ kind }, how, objects, gone) {
      observer.following(kind, true);
      if (doubted.delete(kind) && (gone > 0 || objects === 0))
        logger.warn({ kind, objects, gone }, 'asked once more, the API server says the same; that counts');
      else logger[isNew(`${kind} listed`) ? 'info' : 'debug']({ kind, how, objects }, 'listed');
    },
    failed({ kind, optional }, failure, pause) {
      observer.following(kind, false);
      const fields = { kind, pauseSeconds: Math.round(pause / 100) / 10, error: failure.message };
      if (failure.kind === 'doubtful') {
        doubted.add(kind);
        logger.warn(fields, 'a list would take much away; it is asked for once more before it counts');
      } else if (optional && failure.kind === 'refused') {
        if (!reported.has(kind))
          logger.info(fields, 'the API server does not give these objects; going on without them');
        reported.add(kind);
      } else if (!isNew(`${kind} ${failure.kind === 'expired' ? 'expired' : 'failed'}`)) {
        logger.debug(fields, 'cannot follow the API server');
      } else if (failure.kind === 'expired') {
        logger.info(fields, 'the watch was too far behind; listing again');
      } else {
        reported.add(kind);
        logger.warn(fields, `cannot follow the API server; ${kept}, trying again`);
      }
    },
    recovered({ kind }) {
      observer.following(kind, true);
      if (reported.delete(kind)) logger.info({ kind }, 'the API server answers again');
    },
    awaitsNode(node) {
      logger.warn(
        { node },
        'the Node has no spec.podCIDRs yet, which detectLocalMode NodeCIDR needs; waiting',
      );
    },
  };
}
