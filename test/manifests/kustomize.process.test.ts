import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { loadAll } from 'js-yaml';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  configFiles,
  kustomizations,
  layers,
  type Manifest,
  overlays,
  readManifest,
  resourcesOf,
  root,
} from '../support/manifests/kustomization.ts';
import { podSpec } from '../support/manifests/pod-spec.ts';

describe.each(kustomizations)('$folder', (kustomization) => {
  const { folder, resources, patches, configMaps } = kustomization;

  test('names files and folders that there are', () => {
    const named = [...resources, ...patches, ...configMaps.flatMap(({ files }) => files)];
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('leaves no file of its folder out', () => {
    const used = [...resources, ...patches, ...configMaps.flatMap(({ files }) => files)];
    const files = readdirSync(join(root, folder)).filter((name) => name !== 'kustomization.yaml');
    // kubectl applies this one to an object of others.
    const others = ['manifests/overlays/take-over/kube-proxy.yaml'];
    expect(files.map((name) => join(folder, name)).filter((path) => !used.includes(path))).toEqual(
      others.filter((path) => path.startsWith(`${folder}/`)),
    );
  });

  test('patches objects that it has', () => {
    const objects = [
      ...resourcesOf(kustomization).map(nameOf),
      ...layers(kustomization).flatMap(({ configMaps }) => configMaps.map(({ name }) => `ConfigMap ${name}`)),
    ];
    expect(
      patches.map((path) => nameOf(readManifest(path))).filter((name) => !objects.includes(name)),
    ).toEqual([]);
  });

  test('replaces only files of the ConfigMap that the base has', () => {
    const below = layers(kustomization)
      .slice(0, -1)
      .flatMap((layer) => layer.configMaps.map(({ name }) => name));
    const merged = configMaps.filter(({ behavior }) => behavior === 'merge').map(({ name }) => name);
    expect(merged.filter((name) => !below.includes(name))).toEqual([]);
    expect([...configFiles(kustomization).keys()].sort()).toEqual(['config.conf', 'kubeconfig.conf']);
  });
});

test.each(overlays)('$folder says which image, by the name that the containers have', ({ images }) => {
  expect(images.map(({ name }) => name)).toEqual(['portolan']);
});

const kubectl = findKubectl();

describe('kubectl builds', () => {
  test.each(overlays)('$folder', async ({ folder, images }) => {
    const { stdout } = await execa(kubectl ?? '', ['kustomize', folder], { cwd: root });
    const objects = loadAll(stdout) as Manifest[];
    const { containers, initContainers, volumes } = podSpec(objects.find(({ kind }) => kind === 'DaemonSet'));
    const used = [...initContainers, ...containers].map(({ image }) => image);
    expect(new Set(used)).toEqual(new Set(images.map(({ newName, newTag }) => `${newName}:${newTag}`)));
    const configMaps = objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .map(({ metadata }) => metadata.name);
    const mounted = volumes.flatMap(({ configMap }) => configMap?.name ?? []);
    expect(mounted).toEqual(folder.endsWith('take-over') ? ['kube-proxy'] : configMaps);
    expect(mounted).toHaveLength(1);
  });

  beforeEach(({ skip }) => skip(kubectl === undefined, 'kubectl is not installed'));
});

/** As a Kubernetes to test with has it, or from the PATH. */
function findKubectl(): string | undefined {
  const { KUBEBUILDER_ASSETS: assets, PATH = '' } = process.env;
  const folders = [...(assets === undefined ? [] : [assets]), ...PATH.split(':')];
  return folders.map((folder) => join(folder, 'kubectl')).find((path) => existsSync(path));
}

function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}
