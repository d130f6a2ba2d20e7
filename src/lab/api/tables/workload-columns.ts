import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../kinds/kinds.ts';
import { selectorText } from '../kinds/selector-text.ts';
import type { StoredObject } from '../store/api-object.ts';
import { ageColumn, containerColumns, labelsText, nameColumn, number, text, wide } from './cells.ts';
import type { Column } from './make-table.ts';

type Workload = StoredObject & { readonly spec: { readonly selector: unknown } };

const selectorColumn: Column<Workload> = wide('Selector', ({ spec }) => selectorText(spec.selector));

export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  text('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
  number('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
  number('Available', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  ...containerColumns<Deployment>(({ spec }) => spec.template),
  selectorColumn,
];

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  number('Desired', ({ spec }) => spec.replicas ?? 1),
  number('Current', ({ status }) => status?.replicas ?? 0),
  number('Ready', ({ status }) => status?.readyReplicas ?? 0),
  ageColumn,
  ...containerColumns<ReplicaSet>(({ spec }) => spec.template),
  selectorColumn,
];

export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn,
  text('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
  ageColumn,
  ...containerColumns<StatefulSet>(({ spec }) => spec.template),
];

export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn,
  ...(
    [
      ['Desired', 'desiredNumberScheduled'],
      ['Current', 'currentNumberScheduled'],
      ['Ready', 'numberReady'],
      ['Up-to-date', 'updatedNumberScheduled'],
      ['Available', 'numberAvailable'],
    ] as const
  ).map(([name, member]) => number<DaemonSet>(name, ({ status }) => Number(status?.[member] ?? 0))),
  text('Node Selector', ({ spec }) => labelsText(spec.template.spec.nodeSelector)),
  ageColumn,
  ...containerColumns<DaemonSet>(({ spec }) => spec.template),
  selectorColumn,
];
