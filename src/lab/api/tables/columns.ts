import type { Kind, Stored } from '../kinds/kinds.ts';
import { ageColumn, nameColumn, number, text } from './cells.ts';
import { eventColumns } from './event-columns.ts';
import type { Column } from './make-table.ts';
import { endpointSliceColumns, serviceCIDRColumns, serviceColumns } from './network-columns.ts';
import { nodeColumns } from './node-columns.ts';
import { podColumns } from './pod-columns.ts';
import {
  daemonSetColumns,
  deploymentColumns,
  replicaSetColumns,
  statefulSetColumns,
} from './workload-columns.ts';

/** The columns of a kind, as the real server prints them (pkg/printers/internalversion). */
export function columnsOf(kind: Kind): readonly Column[] {
  // What is kept has the shape of its kind.
  return columns[kind] as readonly Column[];
}

const columns: { readonly [K in Kind]: readonly Column<Stored<K>>[] } = {
  ConfigMap: [
    nameColumn,
    number('Data', ({ data = {}, binaryData = {} }) => Object.keys({ ...data, ...binaryData }).length),
    ageColumn,
  ],
  DaemonSet: daemonSetColumns,
  Deployment: deploymentColumns,
  EndpointSlice: endpointSliceColumns,
  Event: eventColumns,
  Namespace: [nameColumn, text('Status', ({ status }) => status?.phase ?? ''), ageColumn],
  Node: nodeColumns,
  Pod: podColumns,
  ReplicaSet: replicaSetColumns,
  Service: serviceColumns,
  ServiceCIDR: serviceCIDRColumns,
  StatefulSet: statefulSetColumns,
};
