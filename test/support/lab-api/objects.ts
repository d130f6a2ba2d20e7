import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';

/** Objects as people write them: each with no more than it needs. */

export function service(name: string, spec: ApiObject = {}, metadata: ApiObject = {}): ApiObject {
  const given = { ports: [{ port: 80 }], selector: { app: name }, ...spec };
  return { kind: 'Service', apiVersion: 'v1', metadata: { name, ...metadata }, spec: given };
}

export function pod(name: string, spec: ApiObject = {}, metadata: ApiObject = {}): ApiObject {
  const given = { containers: [{ name: 'server' }], ...spec };
  return { kind: 'Pod', apiVersion: 'v1', metadata: { name, ...metadata }, spec: given };
}

export function workload(
  kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet',
  name: string,
  spec: ApiObject = {},
  container: ApiObject = {},
): ApiObject {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'server', ...container }] },
  };
  return {
    kind,
    apiVersion: 'apps/v1',
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template, ...spec },
  };
}

/** One that is ready. */
export function node(
  name: string,
  labels: Readonly<Record<string, string>> = {},
  spec: ApiObject = {},
): ApiObject {
  const status = { conditions: [{ type: 'Ready', status: 'True' }] };
  return { kind: 'Node', apiVersion: 'v1', metadata: { name, labels }, spec, status };
}

export function namespace(name: string): ApiObject {
  return { kind: 'Namespace', apiVersion: 'v1', metadata: { name } };
}
