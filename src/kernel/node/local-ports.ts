import { readFile } from 'node:fs/promises';
import type { LocalPorts } from '../live-view.ts';

/** Rejects where the settings cannot be read. */
export async function localPorts(): Promise<LocalPorts> {
  const [range, reserved] = await Promise.all(
    ['ip_local_port_range', 'ip_local_reserved_ports'].map((name) =>
      readFile(`/proc/sys/net/ipv4/${name}`, 'utf8'),
    ),
  );
  const [from = 0, to = 0] = (range ?? '').trim().split(/\s+/).map(Number);
  return { from, to, reserved: readPortList(reserved ?? '') };
}

/** `8080,9148-9150`, as the kernel writes it. */
export function readPortList(text: string): LocalPorts['reserved'] {
  return text
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [from = 0, to = from] = part.split('-').map(Number);
      return { from, to };
    });
}
