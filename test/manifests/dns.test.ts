import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { dnsResources } from '../../src/dns/objects/dns-kinds.ts';
import { codeBlocks, readDocument } from '../support/docs/documents.ts';
import { readWorkloadManifest } from '../support/manifests/workload-manifest.ts';

const { role, binding, workload, command: called } = readWorkloadManifest('manifests/dns.yaml', 'Deployment');

test('the role allows to list and watch what names are made of, and nothing else', () => {
  const allowed = role?.rules?.flatMap(({ apiGroups, resources }) =>
    apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
  );
  const followed = dnsResources.map(({ path }) => {
    const parts = path.split('/');
    return `${parts[1] === 'api' ? '' : parts[2]}/${parts.at(-1)}`;
  });
  expect(allowed).toEqual(followed);
});

test('its pods have the role, are those that it selects, and do not ask themselves', () => {
  expect(binding).toMatchObject({
    roleRef: { name: role?.metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: workload?.template.spec.serviceAccountName }],
  });
  expect(workload?.template.metadata.labels).toEqual(workload?.selector.matchLabels);
  expect(workload?.template.spec.dnsPolicy).toBe('Default');
});

test('its container calls a command and options that there are', () => {
  const [, name = '', ...args] = called;
  const command = buildProgram(() => undefined).commands.find((one) => one.name() === name);
  const known = command?.options.map(({ long }) => long);
  expect(args.map((arg) => arg.replace(/=.*/, '')).filter((arg) => !known?.includes(arg))).toEqual([]);
});

test('the documentation selects its pods', () => {
  const patches = codeBlocks(readDocument('docs/dns.md')).flatMap(({ code }) =>
    Array.from(code.matchAll(/patch service kube-dns -p '(.*)'/g), ([, patch = '']) => load(patch)),
  );
  expect(patches).toContainEqual({ spec: { selector: workload?.selector.matchLabels } });
});
