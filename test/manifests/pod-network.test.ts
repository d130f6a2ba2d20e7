import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { readWorkloadManifest } from '../support/manifests/workload-manifest.ts';

const {
  role,
  binding,
  workload,
  command: called,
} = readWorkloadManifest('manifests/pod-network.yaml', 'DaemonSet');

test('the role allows to list and watch Nodes, and nothing else', () => {
  expect(role?.rules).toEqual([{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] }]);
});

test('its pods have the role, and are those that it selects', () => {
  expect(binding).toMatchObject({
    roleRef: { name: role?.metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: workload?.template.spec.serviceAccountName }],
  });
  expect(workload?.template.metadata.labels).toEqual(workload?.selector.matchLabels);
});

test('its container calls a command and options that there are', () => {
  const [, group = '', name = '', ...args] = called;
  const groups = buildProgram(() => undefined).commands;
  const command = groups.find((one) => one.name() === group)?.commands.find((one) => one.name() === name);
  const known = command?.options.map(({ long }) => long);
  expect(known).toEqual(expect.arrayContaining(args.map((arg) => arg.replace(/=.*/, ''))));
});
