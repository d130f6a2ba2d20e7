import { formatEndpoint } from '../net/address.ts';
import { inPieces } from './in-pieces.ts';
import type { PortTraffic } from './traffic/port-traffic.ts';

/**
 * The metrics of traffic in Prometheus' text format, in pieces. There may be 100,000 series, which a registry would keep as objects
 * and texts beside the counts that they are made of.
 */
export function* trafficText(ports: readonly PortTraffic[]): Iterable<string> {
  yield head('portolan_service_new_connections_total', 'New connections that a Service sent to an endpoint');
  yield* inPieces(ports.values().map(connectionsLines));
  yield `\n${head(
    'portolan_service_refused_connections_total',
    'Packets for new connections that were refused, since the Service had no endpoint for them',
  )}`;
  yield* inPieces(ports.values().map(refusedLine));
}

function head(name: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n`;
}

/** Nothing is escaped: names of Services and addresses have no character that would have to be. */
function connectionsLines({ plan: { name, family }, endpoints }: PortTraffic): string {
  const begin = `portolan_service_new_connections_total{service="${name}",family="${family}",endpoint="`;
  let lines = '';
  for (const { endpoint, standing, connections } of endpoints) {
    if (standing === 'not-in-objects') continue;
    lines += `${begin}${formatEndpoint(endpoint.address, endpoint.port)}"} ${connections.total}\n`;
  }
  return lines;
}

function refusedLine({ plan: { name, family }, frontends }: PortTraffic): string {
  const refused = frontends.reduce((sum, frontend) => sum + frontend.refused.total, 0);
  return `portolan_service_refused_connections_total{service="${name}",family="${family}"} ${refused}\n`;
}
