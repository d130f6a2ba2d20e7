import { load, loadAll } from 'js-yaml';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { dnsResources } from '../../src/dns/objects/dns-kinds.ts';
import { codeBlocks, readDocument } from '../support/docs/documents.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
  }[];
  readonly spec?: {
    readonly selector: { readonly matchLabels: object };
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec };
  };
}

interface PodSpec {
  readonly dnsPolicy: string;
  readonly serviceAccountName: string;
  readonly containers: readonly { readonly command: readonly string[] }[];
}

const objects = loadAll(readDocument('manifests/dns.yaml')) as readonly Manifest[];
const find = (kind: string) => objects.find((object) => object.kind === kind);
const deployment = find('Deployment')?.spec;

test('the role allows to list and watch what names are made of, and nothing else', () => {
  const allowed = find('ClusterRole')?.rules?.flatMap(({ apiGroups, resources }) =>
    apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
  );
  const followed = dnsResources.map(({ path }) => {
    const parts = path.split('/');
    return `${parts[1] === 'api' ? '' : parts[2]}/${parts.at(-1)}`;
  });
  expect(allowed).toEqual(followed);
});

test('its pods have the role, are those that it selects, and do not ask themselves', () => {
  expect(find('ClusterRoleBinding')).toMatchObject({
    roleRef: { name: find('ClusterRole')?.metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: deployment?.template.spec.serviceAccountName }],
  });
  expect(deployment?.template.metadata.labels).toEqual(deployment?.selector.matchLabels);
  expect(deployment?.template.spec.dnsPolicy).toBe('Default');
});

test('its container calls a command and options that there are', () => {
  const [, name = '', ...args] = deployment?.template.spec.containers[0]?.command ?? [];
  const command = buildProgram(() => undefined).commands.find((one) => one.name() === name);
  const known = command?.options.map(({ long }) => long);
  expect(args.map((arg) => arg.replace(/=.*/, '')).filter((arg) => !known?.includes(arg))).toEqual([]);
});

test('the documentation selects its pods', () => {
  const patches = codeBlocks(readDocument('docs/dns.md')).flatMap(({ code }) =>
    Array.from(code.matchAll(/patch service kube-dns -p '(.*)'/g), ([, patch = '']) => load(patch)),
  );
  expect(patches).toContainEqual({ spec: { selector: deployment?.selector.matchLabels } });
});
