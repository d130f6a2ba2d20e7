import type { ProxyConfig } from '../config/proxy-config.ts';
import { nftCommand } from '../kernel/nft/nft-command.ts';
import { families } from '../net/family.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { TrafficReader } from './traffic/traffic-reader.ts';
import { TrafficMetrics } from './traffic-metrics.ts';
import { trafficSubject } from './traffic-subject.ts';

/** The traffic of the Services as metrics, in mode nftables only. */
export function trafficMetrics(loaded: LoadedState, config: ProxyConfig, logger: Logger): TrafficMetrics {
  const subject = trafficSubject(loaded, config, families, (family) => loaded.book.plans(family));
  return new TrafficMetrics(new TrafficReader(nftCommand(), subject), ({ message }) =>
    logger.warn({ error: message }, 'the connections of Services cannot be read'),
  );
}
