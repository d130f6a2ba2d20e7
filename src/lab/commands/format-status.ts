import { alignColumns, type Side } from '../../status/align-columns.ts';
import type { LabStatus } from '../status/lab-status.ts';

/** A lab's status for people: nodes, pods and Services, a table each. */
export function formatStatus(status: LabStatus): string {
  const { name, mode, network, cni, hosts } = status;
  const kinds = `mode ${mode}, network ${network}, CNI plugins ${cni}`;
  const outside = hosts.map((host) => `${host.name} (${host.addresses.join(', ')})`).join(', ');
  const tables = [nodeTable(status), podTable(status), serviceTable(status)];
  return `lab ${name}: ${kinds}\noutside of the cluster: ${outside}\n\n${tables.join('\n')}`;
}

function nodeTable({ nodes }: LabStatus): string {
  return table(
    ['NODE', 'STATUS', 'PROXY', 'ZONE', 'ADDRESSES', 'PODS'],
    nodes.map((node) => [
      node.name,
      node.ready ? 'Ready' : 'NotReady',
      node.proxy ? 'runs' : 'down',
      node.zone ?? '-',
      node.addresses.join(','),
      node.podCIDRs.join(',') || '-',
    ]),
  );
}

function podTable({ pods }: LabStatus): string {
  return table(
    ['POD', 'STATUS', 'READY', 'NODE', 'ADDRESSES', 'REASON'],
    pods.map((pod) => [
      pod.name,
      pod.phase,
      pod.ready ? 'yes' : 'no',
      pod.node ?? '-',
      pod.addresses.join(',') || '-',
      pod.reason ?? '',
    ]),
  );
}

function serviceTable({ services }: LabStatus): string {
  return table(
    ['SERVICE', 'TYPE', 'ADDRESSES', 'EXTERNAL', 'PORTS', 'ENDPOINTS'],
    services.map((service) => [
      service.name,
      service.type,
      service.addresses.join(',') || '-',
      service.external.join(',') || '-',
      service.ports.join(',') || '-',
      String(service.readyEndpoints),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const align = alignColumns(
    all,
    head.map((): Side => 'left'),
  );
  return all.map((row) => `${align(row)}\n`).join('');
}
