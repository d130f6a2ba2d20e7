import type pc from 'picocolors';
import { formatEndpoint } from '../../../net/address.ts';
import type { OtherChange, TrafficComparison } from '../compare-traffic.ts';
import type { TrafficFrontend } from '../traffic-frontend.ts';
import { type FrontendGroup, groupFrontends } from './traffic-groups.ts';
import { changeWords, frontendWords } from './traffic-words.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** What changes for traffic, for people. */
export function* formatTraffic(comparisons: readonly TrafficComparison[], colors: Colors): Iterable<string> {
  for (const comparison of comparisons) {
    const groups = groupFrontends(comparison);
    if (groups.length + comparison.others.length + comparison.unknowns.length > 0)
      yield `${colors.bold(comparison.family)}\n`;
    for (const group of groups) yield formatGroup(group, colors);
    for (const [, others] of otherGroups(comparison.others)) yield formatOthers(others, colors);
    for (const unknown of comparison.unknowns)
      yield `? what becomes of some packets depends on what cannot be known from here: ${unknown}\n`;
  }
  for (const comparison of comparisons) yield `${summaryOf(comparison)}\n`;
}

function formatGroup({ status, frontends, changes }: FrontendGroup, colors: Colors): string {
  const { sign, paint } = styles[status];
  const lines = changes.map((change) => `    ${changeWords(change)}\n`);
  return `${colors[paint](`${sign} ${headingOf(frontends)}`)}\n${lines.join('')}`;
}

const styles = {
  lost: { sign: '-', paint: 'red' },
  gained: { sign: '+', paint: 'green' },
  changed: { sign: '~', paint: 'yellow' },
} as const;

/** A line for each Service with its frontends; of many Services only the first ones. */
function headingOf(frontends: readonly TrafficFrontend[]): string {
  const services = [...Map.groupBy(frontends, ({ service }) => service.replace(/:.*$/, '')).values()];
  if (services.length === 1) return lineOf(frontends);
  const shown = services.slice(0, services.length > mostShown ? mostShown - 1 : mostShown);
  const rest = services.length - shown.length;
  const lines = [...shown.map(lineOf), ...(rest > 0 ? [`… and ${rest} more Services`] : [])];
  const text = lines.map((line) => `      ${line}`).join('\n');
  return `${frontends.length} frontends of ${services.length} Services:\n${text}`;
}

/** `shop/web:http  ClusterIP 10.96.20.10:80/TCP, node port 30080/TCP`; for several ports `shop/web  …`. */
function lineOf(frontends: readonly TrafficFrontend[]): string {
  const addresses = frontends.slice(0, mostShown).map(frontendWords);
  const more = frontends.length > mostShown ? [`${frontends.length - mostShown} more`] : [];
  const [port = '', ...others] = new Set(frontends.map(({ service }) => service));
  const name = others.length === 0 ? port : port.replace(/:.*$/, '');
  return `${name === '' ? '' : `${name}  `}${[...addresses, ...more].join(', ')}`;
}

const mostShown = 5;

function otherGroups(others: readonly OtherChange[]): ReadonlyMap<string, readonly OtherChange[]> {
  return Map.groupBy(others, ({ what, changes }) => JSON.stringify([what, changes]));
}

function formatOthers(others: readonly OtherChange[], colors: Colors): string {
  const [first] = others;
  if (first === undefined) return '';
  const shown = others.slice(0, 3).map(({ destination: { destination, port, protocol } }) => {
    return `${formatEndpoint(destination, port)}/${protocol}`;
  });
  const more = others.length > shown.length ? ` and ${others.length - shown.length} more` : '';
  const lines = first.changes.map((change) => `    ${changeWords(change)}\n`);
  return `${colors.yellow(`~ ${first.what}: ${shown.join(', ')}${more}`)}\n${lines.join('')}`;
}

/** `IPv4: 1 frontend gained, 2 changed, 120 the same.` */
function summaryOf({ family, frontends, same }: TrafficComparison): string {
  const counts = (['lost', 'gained', 'changed'] as const).flatMap((status) => {
    const count = frontends.filter((frontend) => frontend.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return `${family} frontends: ${[...counts, `${same} the same`].join(', ')}.`;
}
