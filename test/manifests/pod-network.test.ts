import { loadAll } from 'js-yaml';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { readDocument } from '../support/docs/documents.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly object[];
  readonly spec?: {
    readonly selector: { readonly matchLabels: object };
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec };
  };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly { readonly command: readonly string[] }[];
}

const objects = loadAll(readDocument('manifests/pod-network.yaml')) as readonly Manifest[];
const find = (kind: string) => objects.find((object) => object.kind === kind);
const daemonSet = find('DaemonSet')?.spec;

test('the role allows to list and watch Nodes, and nothing else', () => {
  expect(find('ClusterRole')?.rules).toEqual([
    { apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] },
  ]);
});

test('its pods have the role, and are those that it selects', () => {
  expect(find('ClusterRoleBinding')).toMatchObject({
    roleRef: { name: find('ClusterRole')?.metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: daemonSet?.template.spec.serviceAccountName }],
  });
  expect(daemonSet?.template.metadata.labels).toEqual(daemonSet?.selector.matchLabels);
});

test('its container calls a command and options that there are', () => {
  const [, group = '', name = '', ...args] = daemonSet?.template.spec.containers[0]?.command ?? [];
  const groups = buildProgram(() => undefined).commands;
  const command = groups.find((one) => one.name() === group)?.commands.find((one) => one.name() === name);
  const known = command?.options.map(({ long }) => long);
  expect(known).toEqual(expect.arrayContaining(args.map((arg) => arg.replace(/=.*/, ''))));
});
