import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { readManifest, readText } from '../support/manifests/kustomization.ts';
import { type PodSpec, podSpec } from '../support/manifests/pod-spec.ts';

const folder = 'manifests/overlays/take-over';
const patched = podSpec(readManifest(`${folder}/daemon-set.yaml`));

test('Portolan runs where kube-proxy leaves, and nowhere else', () => {
  const { spec } = load(readText(`${folder}/kube-proxy.yaml`)) as { spec: { template: { spec: PodSpec } } };
  const [[key, value] = []] = Object.entries(patched.nodeSelector as Record<string, string>);
  expect(spec.template.spec).toEqual({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'NotIn', values: [value] }] }],
        },
      },
    },
  });
});

test("kube-proxy's ConfigMap stands in the place of Portolan's, in the same volume", () => {
  const base = podSpec(readManifest('manifests/base/daemon-set.yaml'));
  const [volume] = patched.volumes;
  expect(patched.volumes).toEqual([{ name: 'config', configMap: { name: 'kube-proxy' } }]);
  expect(base.volumes.find(({ name }) => name === volume?.name)?.configMap).toEqual({ name: 'portolan' });
});
