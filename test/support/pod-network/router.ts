import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Host } from '../lab/host.ts';
import { inNamespace } from '../lab/namespaces.ts';
import { ownProcesses } from './pod-nodes.ts';

/** BIRD as the router of the underlay: it takes routes from every node, tells them to the others, and puts them into its kernel. */
export async function startRouter(host: Host, address: string): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-router-'));
  const file = join(folder, 'bird.conf');
  await writeFile(file, configOf(address));
  const [first, ...words] = [...inNamespace(host.namespace), ...ownProcesses] as const;
  const running = execa(first, [...words, 'bird', '-f', '-c', file, '-s', '/run/bird.ctl'], {
    reject: false,
  });
  return {
    async [Symbol.asyncDispose]() {
      running.kill('SIGKILL');
      await running;
      await rm(folder, { recursive: true });
    },
  };
}

function configOf(address: string): string {
  return `router id ${address};
protocol device {}
protocol direct { ipv4; }
protocol kernel { ipv4 { export where source = RTS_BGP; }; }
protocol bgp nodes {
  local ${address} as 64512;
  neighbor range 192.0.2.0/24 as 64512;
  rr client;
  ipv4 { import all; export where source = RTS_BGP; };
}
`;
}
