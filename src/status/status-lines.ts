import type pc from 'picocolors';
import { formatEndpoint } from '../net/address.ts';
import { alignColumns, type Side } from './align-columns.ts';
import type {
  EndpointStatus,
  Figures,
  FrontendStatus,
  ServiceStatus,
  StatusReport,
} from './status-report.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** The report as a table whose lines have at most `width` characters. Each is made when it is taken. */
export function* statusLines({ services }: StatusReport, colors: Colors, width?: number): Iterable<string> {
  const line = alignColumns(cellsOf(services), sides, width);
  for (const { cells, tone } of rowsOf(services)) yield paint(line(cells), tone, colors);
}

function* cellsOf(services: Iterable<ServiceStatus>): Iterable<readonly string[]> {
  for (const { cells } of rowsOf(services)) yield cells;
}

function* rowsOf(services: Iterable<ServiceStatus>): Iterable<Row> {
  yield headerRow;
  for (const service of services) yield* serviceRows(service);
}

type Tone = 'title' | 'plain' | 'attention' | 'refusal';

interface Row {
  readonly cells: readonly string[];
  readonly tone: Tone;
}

const headerRow: Row = {
  cells: ['SERVICE', 'CONNECTIONS', 'PER SECOND', 'SHARE', 'REFUSED'],
  tone: 'title',
};
const sides: readonly Side[] = ['left', 'right', 'right', 'right', 'right', 'left'];

function serviceRows(service: ServiceStatus): readonly Row[] {
  const { name, protocol, family, newConnections, refused, frontends, endpoints } = service;
  const title = `${name} ${protocol} ${family}`;
  return [
    { cells: [title, ...counted(newConnections), '', refusedCell(refused)], tone: 'title' },
    ...frontends.map(frontendRow),
    ...endpoints.map(endpointRow),
  ];
}

function frontendRow(frontend: FrontendStatus): Row {
  const { kind, address, port, standing, newConnections, refused } = frontend;
  const title = `  ${kind} ${address === null ? port : formatEndpoint(address, port)}`;
  const note = standing === 'programmed' ? actionNotes[frontend.action] : standingNotes[standing];
  const cells = [title, ...counted(newConnections), '', refusedCell(refused), note];
  return { cells, tone: standing !== 'programmed' ? 'attention' : note === '' ? 'plain' : 'refusal' };
}

function endpointRow({ address, port, standing, newConnections, share }: EndpointStatus): Row {
  const title = `  -> ${formatEndpoint(address, port)}`;
  const percent = share === null ? '-' : `${tenths(share)}%`;
  const cells = [title, ...counted(newConnections), percent, '', standingNotes[standing]];
  return { cells, tone: standing === 'programmed' ? 'plain' : 'attention' };
}

const actionNotes: Readonly<Record<FrontendStatus['action'], string>> = {
  forward: '',
  reject: 'no endpoint: rejected',
  drop: 'no endpoint on this node: dropped',
};

const standingNotes: Readonly<Record<EndpointStatus['standing'], string>> = {
  programmed: '',
  'not-programmed': 'not programmed',
  'not-in-objects': 'not in the objects',
};

function counted({ total, perSecond }: Figures): readonly string[] {
  return [String(total), tenths(perSecond)];
}

/** Most numbers are 0, and to write others takes a while. */
function tenths(number: number): string {
  return number === 0 ? '0.0' : number.toFixed(1);
}

function refusedCell({ total }: Figures): string {
  return total === 0 ? '' : String(total);
}

function paint(line: string, tone: Tone, colors: Colors): string {
  switch (tone) {
    case 'title':
      return colors.bold(line);
    case 'attention':
      return colors.yellow(line);
    case 'refusal':
      return colors.red(line);
    case 'plain':
      return line;
  }
}
