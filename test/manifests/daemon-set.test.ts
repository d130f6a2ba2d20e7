import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { readManifest, readText } from '../support/manifests/kustomization.ts';
import { podSpec } from '../support/manifests/pod-spec.ts';

const pod = podSpec(readManifest('manifests/base/daemon-set.yaml'));
const [proxy] = pod.containers;
const [settings] = pod.initContainers;

describe('the DaemonSet', () => {
  test('runs on every Linux node, in its network, before other pods', () => {
    expect(pod).toMatchObject({
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ operator: 'Exists' }],
    });
  });

  test('programs rules without privileges but two capabilities, from a file system that is read-only', () => {
    expect(pod.containers).toHaveLength(1);
    expect(proxy?.securityContext).toEqual({
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
    });
    expect(pod.securityContext).toEqual({ seccompProfile: { type: 'RuntimeDefault' } });
  });

  test('is privileged only to set kernel settings, and ends after that', () => {
    expect(pod.initContainers).toHaveLength(1);
    expect(settings?.securityContext).toEqual({ privileged: true, readOnlyRootFilesystem: true });
    expect(settings?.command).toContain('--init-only');
  });

  test('sees of the node what it needs', () => {
    expect(pod.volumes.flatMap(({ hostPath }) => hostPath ?? [])).toEqual([
      { path: '/run/xtables.lock', type: 'FileOrCreate' },
      { path: '/run/portolan', type: 'DirectoryOrCreate' },
    ]);
    expect(pod.hostPID ?? pod.hostIPC).toBeUndefined();
  });

  test('asks for resources and has no limits', () => {
    const requests = { cpu: expect.any(String), memory: expect.any(String) };
    expect([settings, proxy].map((container) => container?.resources)).toEqual([{ requests }, { requests }]);
  });
});

describe.each([...pod.initContainers, ...pod.containers])('the container $name', (container) => {
  const { command, volumeMounts } = container;
  const [program = '', ...args] = command;

  test('is of the image that the overlays name', () => expect(container.image).toBe('portolan'));

  test('calls what the image has, with options that there are', () => {
    const links = /for name in (.*); do ln -sf .* "\$target\/usr\/local\/bin\/\$name"/.exec(
      readText('scripts/image/assemble.sh'),
    )?.[1];
    expect(links?.split(' ').map((name) => `/usr/local/bin/${name}`)).toContain(program);
    const run = buildProgram(() => undefined).commands.find((command) => command.name() === args[0]);
    const known = run?.options.map(({ long }) => long);
    expect(args.slice(1).filter((arg) => !known?.includes(arg.replace(/=.*/, '')))).toEqual([]);
  });

  test('is told the name of its Node', () => {
    expect(args).toContain('--hostname-override=$(NODE_NAME)');
    expect(container.env).toEqual([
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    ]);
  });

  test('mounts volumes that there are, and its configuration from the ConfigMap', () => {
    const volumes = new Map(pod.volumes.map((volume) => [volume.name, volume]));
    expect(volumeMounts.filter(({ name }) => !volumes.has(name))).toEqual([]);
    const config = args.find((arg) => arg.startsWith('--config='))?.replace('--config=', '') ?? '';
    const mount = volumeMounts.find(({ mountPath }) => mountPath === dirname(config));
    expect(volumes.get(mount?.name ?? '')?.configMap).toEqual({ name: 'portolan' });
  });
});

test('no volume is left unused', () => {
  const mounted = new Set(
    [settings, proxy].flatMap((container) => container?.volumeMounts ?? []).map(nameOf),
  );
  expect(pod.volumes.map(nameOf).filter((name) => !mounted.has(name))).toEqual([]);
});

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
