import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inside, placeOf } from './network.ts';
import type { Pod } from './shop.ts';

const program = fileURLToPath(new URL('./pod-server.ts', import.meta.url));

/** The running servers. */
export type Servers = { readonly stop: (pod: Pod) => Promise<void> };

/** Starts an HTTP server in each pod; comes back when all of them listen. */
export async function startPods(pods: readonly Pod[]): Promise<Servers> {
  const servers = new Map(await Promise.all(pods.map(async (pod) => [pod, await startServer(pod)] as const)));
  return {
    stop: async (pod) => {
      const server = servers.get(pod);
      server?.process.kill('SIGTERM');
      await server?.process;
    },
  };
}

async function startServer(pod: Pod) {
  const command = inside(placeOf(pod), process.execPath, program, pod.name, String(pod.port));
  const server = execa(...command, { ipc: true, reject: false });
  await server.getOneMessage();
  // In an object: a subprocess is a promise, and returning it would wait for its end.
  return { process: server };
}
