import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of objects that is gone when it is disposed of. */
export async function objectsFolder(
  files: Readonly<Record<string, string | Buffer>>,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'portolan-objects-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** A Service with one endpoint, as YAML; `changes` replaces text in it. */
export function web(name = 'web', host = 10, changes: Readonly<Record<string, string>> = {}): string {
  const text = `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default}
spec:
  type: NodePort
  clusterIP: 10.96.0.${host}
  ports: [{name: http, protocol: TCP, port: 80, nodePort: ${30_000 + host}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}-1, namespace: default, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
ports: [{name: http, protocol: TCP, port: 8080}]
endpoints: [{addresses: [10.244.0.${host}]}, {addresses: [10.244.1.${host}]}]
`;
  return Object.entries(changes).reduce((changed, [from, to]) => changed.replace(from, () => to), text);
}
