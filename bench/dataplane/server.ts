import { writeFile } from 'node:fs/promises';
import { startBackground } from './background.ts';
import { commandOn } from './cpus.ts';
import { ports } from './objects.ts';

/**
 * Starts nginx in the namespace of a pod. It closes every connection after one short answer, and takes half
 * the time that wrk takes for the same connection, so that it holds up nobody.
 */
export async function startServer(pod: string): Promise<AsyncDisposable> {
  const path = `/run/${pod}-nginx.conf`;
  await writeFile(path, configuration);
  return await startBackground({
    namespace: pod,
    command: commandOn('server', ['nginx', '-p', '/run', '-e', 'stderr', '-c', path]),
    // It says so once it listens.
    ready: 'event method',
  });
}

/** nginx makes these folders as it starts, elsewhere if not told. */
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

const configuration = `
daemon off;
master_process off;
pid /run/nginx.pid;
error_log stderr notice;
events { worker_connections 1024; multi_accept on; }
http {
  access_log off;
  keepalive_timeout 0;
  lingering_close off;
  ${temporary.map((kind) => `${kind}_temp_path /run/${kind};`).join(' ')}
  server { listen ${ports.pod} backlog=4096; location / { return 204; } }
}
`;
