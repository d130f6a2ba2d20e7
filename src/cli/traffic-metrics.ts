import type { ProxyConfig } from '../config/proxy-config.ts';
import { nftCommand } from '../kernel/nft-command.ts';
import { families } from '../net/family.ts';
import { TrafficReader } from '../nftables/traffic-reader.ts';
import type { Logger } from '../telemetry/logger.ts';
import { TrafficMetrics } from '../telemetry/traffic-metrics.ts';
import type { LoadedState } from './inputs.ts';
import { trafficSubject } from './status-subject.ts';

/** The traffic of the Services as metrics, in mode nftables only. */
export function trafficMetrics(loaded: LoadedState, config: ProxyConfig, logger: Logger): TrafficMetrics {
  const subject = trafficSubject(loaded, config, families, (family) => loaded.book.plans(family));
  return new TrafficMetrics(new TrafficReader(nftCommand(), subject), ({ message }) =>
    logger.warn({ error: message }, 'the connections of Services cannot be read'),
  );
}
