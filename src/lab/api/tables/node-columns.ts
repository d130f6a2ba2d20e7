import type { Node } from '../kinds/kinds.ts';
import { isObject } from '../store/api-object.ts';
import { ageColumn, listText, nameColumn, text, wide } from './cells.ts';
import type { Column } from './make-table.ts';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  text('Status', nodeStatus),
  text('Roles', ({ metadata }) => listText(roles(metadata.labels ?? {}))),
  ageColumn,
  text('Version', (node) => info(node, 'kubeletVersion')),
  wide('Internal-IP', (node) => address(node, 'InternalIP')),
  wide('External-IP', (node) => address(node, 'ExternalIP')),
  wide('OS-Image', (node) => info(node, 'osImage')),
  wide('Kernel-Version', (node) => info(node, 'kernelVersion')),
  wide('Container-Runtime', (node) => info(node, 'containerRuntimeVersion')),
];

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const state = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${state},SchedulingDisabled` : state;
}

const rolePrefix = 'node-role.kubernetes.io/';

function roles(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(labels)
    .filter((label) => label.startsWith(rolePrefix))
    .map((label) => label.slice(rolePrefix.length))
    .sort();
}

function address({ status }: Node, type: string): string {
  return status?.addresses?.find((each) => each.type === type)?.address ?? '<none>';
}

function info({ status }: Node, member: string): string {
  const nodeInfo = status?.nodeInfo;
  const value = isObject(nodeInfo) ? nodeInfo[member] : undefined;
  return typeof value === 'string' && value !== '' ? value : '<unknown>';
}
