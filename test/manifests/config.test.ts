import { basename, dirname } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { type ResolvedConfig, resolveConfig } from '../../src/config/resolve-config.ts';
import { configFiles, kustomizations, readManifest, readText } from '../support/manifests/kustomization.ts';
import { podSpec } from '../support/manifests/pod-spec.ts';

const pod = podSpec(readManifest('manifests/base/daemon-set.yaml'));

describe.each(kustomizations)('the configuration of $folder', (kustomization) => {
  const files = configFiles(kustomization);
  const { config, notices } = resolve(files.get('config.conf') ?? '');

  test('is taken without a word', () => expect(notices).toEqual([]));

  test('has the mode that the overlay is named after', () => {
    const named = ['iptables', 'nftables'].includes(basename(kustomization.folder));
    expect(config.mode).toBe(named ? basename(kustomization.folder) : 'iptables');
  });

  test('serves health on the node, where the probes ask', () => {
    const [proxy] = pod.containers;
    const probes = [proxy?.livenessProbe, proxy?.readinessProbe];
    expect(probes.map((probe) => probe?.httpGet)).toEqual(
      ['/livez', '/healthz'].map((path) => ({ path, port: config.healthzBindAddress?.port })),
    );
    expect(config.healthzBindAddress?.address).toBe('0.0.0.0');
  });

  test('finds the kubeconfig where the ConfigMap is mounted', () => {
    const mounts = [...pod.initContainers, ...pod.containers].flatMap(({ volumeMounts }) => volumeMounts);
    const path = config.clientConnection.kubeconfig ?? '';
    expect(mounts.filter(({ name }) => name === 'config').map(({ mountPath }) => mountPath)).toContain(
      dirname(path),
    );
    expect([...files.keys()]).toContain(basename(path));
  });
});

test('the modes have the same settings', () => {
  const nftables = readText('manifests/overlays/nftables/config.conf');
  expect(nftables.replace('mode: nftables', 'mode: iptables')).toBe(readText('manifests/base/config.conf'));
});

test('the API server is asked by the service account, and not at a ClusterIP', () => {
  const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
  expect(load(readText('manifests/base/kubeconfig.conf'))).toMatchObject({
    'current-context': 'default',
    contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
    clusters: [
      {
        name: 'default',
        cluster: {
          server: expect.stringMatching(/^https:\/\/[a-z-]+\.example:6443$/),
          'certificate-authority': `${folder}/ca.crt`,
        },
      },
    ],
    users: [{ name: 'default', user: { tokenFile: `${folder}/token` } }],
  });
});

function resolve(path: string): ResolvedConfig {
  return resolveConfig({ file: { path, text: readText(path) }, flags: { 'hostname-override': 'harbour' } });
}
