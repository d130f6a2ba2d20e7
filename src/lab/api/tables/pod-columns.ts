import type { Pod } from '../kinds/kinds.ts';
import { isObject } from '../store/api-object.ts';
import { ageColumn, listText, nameColumn, number, text, wide } from './cells.ts';
import type { Column } from './make-table.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  text('Ready', ({ spec, status }) => {
    const ready = status?.containerStatuses?.filter((container) => container.ready === true) ?? [];
    return `${ready.length}/${spec.containers.length}`;
  }),
  text('Status', podStatus),
  number('Restarts', ({ status }) =>
    (status?.containerStatuses ?? []).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
  ),
  ageColumn,
  wide('IP', ({ status }) => status?.podIP ?? '<none>'),
  wide('Node', ({ spec }) => spec.nodeName ?? '<none>'),
  wide('Nominated Node', () => '<none>'),
  wide('Readiness Gates', () => listText([])),
];

/** The phase, or what holds a container up (printers/internalversion). */
function podStatus({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const waiting = (status?.containerStatuses ?? [])
    .map(({ state }) => reasonIn(state, 'waiting') ?? reasonIn(state, 'terminated'))
    .find((reason) => reason !== undefined);
  const own = typeof status?.reason === 'string' ? status.reason : undefined;
  return waiting ?? own ?? status?.phase ?? 'Unknown';
}

function reasonIn(state: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const inState = state?.[name];
  return isObject(inState) && typeof inState.reason === 'string' ? inState.reason : undefined;
}
