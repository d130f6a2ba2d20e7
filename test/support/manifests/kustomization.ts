import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { loadAll } from 'js-yaml';

export const root = join(import.meta.dirname, '../../..');

/** An object, or a patch of one, as a file has it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

/** A folder with a `kustomization.yaml`; all paths begin at the checkout. */
export interface Kustomization {
  readonly folder: string;
  /** Files and folders. */
  readonly resources: readonly string[];
  readonly patches: readonly string[];
  readonly configMaps: readonly GeneratedConfigMap[];
  readonly images: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
}

export interface GeneratedConfigMap {
  readonly name: string;
  readonly behavior: 'create' | 'merge';
  readonly files: readonly string[];
}

/** Every kustomization of the project. */
export const kustomizations: readonly Kustomization[] = globSync('manifests/**/kustomization.yaml', {
  cwd: root,
})
  .sort()
  .map((path) => readKustomization(dirname(path)));

export const overlays = kustomizations.filter(({ folder }) => folder.startsWith('manifests/overlays/'));

/** The kustomizations that one builds on, and itself last. */
export function layers(kustomization: Kustomization): readonly Kustomization[] {
  const below = kustomizations.filter(({ folder }) => kustomization.resources.includes(folder));
  return [...below.flatMap(layers), kustomization];
}

/** The objects that it is made of, before any patch. */
export function resourcesOf(kustomization: Kustomization): readonly Manifest[] {
  return layers(kustomization)
    .flatMap(({ resources }) => resources.filter((path) => path.endsWith('.yaml')))
    .flatMap(readManifests);
}

/** The files of the ConfigMap `portolan` by their names in it. */
export function configFiles(kustomization: Kustomization): ReadonlyMap<string, string> {
  const files = layers(kustomization).flatMap(({ configMaps }) => configMaps.flatMap((map) => map.files));
  return new Map(files.map((path) => [basename(path), path]));
}

export function readManifests(path: string): readonly Manifest[] {
  return loadAll(readText(path)) as Manifest[];
}

export function readManifest(path: string): Manifest {
  const [manifest, ...more] = readManifests(path);
  if (manifest === undefined || more.length > 0) throw new TypeError(`${path} must hold one object`);
  return manifest;
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** A kustomization.yaml, as far as the project uses it. */
interface KustomizationFile {
  readonly resources?: readonly string[];
  readonly patches?: readonly { readonly path: string }[];
  readonly configMapGenerator?: readonly {
    readonly name: string;
    readonly behavior?: 'merge';
    readonly files: readonly string[];
  }[];
  readonly images?: Kustomization['images'];
}

function readKustomization(folder: string): Kustomization {
  const file = readManifest(join(folder, 'kustomization.yaml')) as KustomizationFile;
  const below = (path: string) => normalize(join(folder, path));
  return {
    folder,
    resources: (file.resources ?? []).map(below),
    patches: (file.patches ?? []).map(({ path }) => below(path)),
    configMaps: (file.configMapGenerator ?? []).map(({ name, behavior, files }) => ({
      name,
      behavior: behavior ?? 'create',
      files: files.map(below),
    })),
    images: file.images ?? [],
  };
}
