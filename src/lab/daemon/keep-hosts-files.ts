import type { Sandbox } from '../runtime/sandbox.ts';
import type { LabContext } from './lab-context.ts';
import { onChange } from './on-change.ts';
import { hostsFileOf } from './outside-hosts.ts';

/** Has /etc/hosts of nodes and of hosts outside name the nodes and Services that are there. */
export function keepHostsFiles(context: LabContext, sandboxes: () => readonly Sandbox[]): void {
  let written = '';
  onChange(context.store, ['Service', 'Node'], () => {
    const text = hostsFileOf(context);
    if (text === written) return;
    written = text;
    for (const sandbox of sandboxes()) sandbox.setHosts(text);
  });
}
