import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { httpTransport } from '../../../../src/sources/cluster/http-transport.ts';

export const silent = { requestDone() {}, following() {} };

export async function ask(transport: ReturnType<typeof httpTransport>, code = 200): Promise<void> {
  const { signal } = new AbortController();
  const answer = await transport.send({ method: 'GET', path: `/${code}`, query: {}, signal });
  expect(answer.status).toBe(code);
  for await (const chunk of answer.body) expect(chunk).toBe('{}');
}

/** A server that answers with the status that the path names. */
export async function withServer(
  use: (port: number, asked: readonly IncomingHttpHeaders[]) => Promise<void>,
): Promise<void> {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(Number(request.url?.slice(1))).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as AddressInfo).port, asked);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

export function config(cluster: string, user = 'token: t'): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    `clusters: [{name: c, cluster: {${cluster}}}]`,
    `users: [{name: u, user: {${user}}}]`,
    'contexts: [{name: x, context: {cluster: c, user: u}}]',
    'current-context: x',
  ].join('\n');
}
