import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest, readText, root } from '../support/manifests/kustomization.ts';
import { podSpec } from '../support/manifests/pod-spec.ts';

const dockerfile = readText('Dockerfile');
const allowed = Array.from(readText('.dockerignore').matchAll(/^!(.+)$/gm), ([, path = '']) => path);

test('the build gets files that there are, and all that the Dockerfile copies', () => {
  expect(allowed.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const copied = Array.from(dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm), ([, paths = '']) =>
    paths.split(' '),
  );
  const missing = copied
    .flat()
    .filter((path) => path !== '.' && !allowed.some((entry) => isBelow(path, entry)));
  expect(missing).toEqual([]);
});

test('the Dockerfile and the check install the same packages', () => {
  for (const file of ['Dockerfile', 'scripts/image/check.sh']) {
    expect(readText(file)).toContain('scripts/image/packages.txt');
  }
  const packages = readText('scripts/image/packages.txt')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(packages.slice(0, -1)).toEqual(packages.slice(0, -1).toSorted());
  expect(packages).toEqual(expect.arrayContaining(['conntrack', 'iptables', 'nfacct', 'nftables']));
});

// scripts/image/check.sh takes the capabilities from this line of the manifest.
test('the check runs with the capabilities of the DaemonSet', () => {
  const line = /^ *add: \[(.*)\]$/m.exec(readText('manifests/base/daemon-set.yaml'))?.[1];
  const [proxy] = podSpec(readManifest('manifests/base/daemon-set.yaml')).containers;
  expect(proxy?.securityContext.capabilities).toMatchObject({ add: line?.split(', ') });
});

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
