import { hostname } from 'node:os';
import { nodeName } from '../config/node-name.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import type { ApiTransport } from '../sources/cluster/transport.ts';
import { EventSender } from '../telemetry/events/event-sender.ts';
import { noEvents } from '../telemetry/events/event-sink.ts';
import { OperatorEvents } from '../telemetry/events/operator-events.ts';
import type { Logger } from '../telemetry/logs/logger.ts';

/** Events for operators, and when all of them are on their way. */
export interface OpenedEvents {
  readonly events: OperatorEvents;
  /** Resolves when nothing waits to be sent; a second later at the latest. */
  readonly sent: () => Promise<void>;
}

/** Events go to the API server that the objects come from; with objects from files there are none. */
export function openEvents(
  api: ApiTransport | undefined,
  config: ProxyConfig,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): OpenedEvents {
  const node = nodeName(config, hostname());
  if (api === undefined) return { events: new OperatorEvents(noEvents, node), sent: async () => undefined };
  const sender = new EventSender({ transport: api, node, signal, logger });
  return { events: new OperatorEvents(sender, node), sent: () => sender.idle(1_000) };
}
