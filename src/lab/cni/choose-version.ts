import type { CniChoice } from '../lab-spec.ts';
import type { Namespaces } from '../runtime/namespaces.ts';
import { hasPlugin, runPlugin } from './run-plugin.ts';

/** Of the CNI specification, newest first; all are alike in what a lab asks for. */
const knownVersions = ['1.1.0', '1.0.0', '0.4.0'] as const;

/**
 * The newest version that all plugins of the pods' network support: a list has one for all (section 1). Rejects with a
 * `CniPluginError`.
 */
export async function chooseVersion(
  cni: CniChoice,
  path: readonly string[],
  namespaces: Namespaces,
): Promise<string> {
  // The plugin of this package supports all.
  const others = [...(cni === 'reference' ? ['bridge'] : []), 'portmap'].filter((type) =>
    hasPlugin(type, path),
  );
  const supported = await Promise.all(others.map((type) => versionsOf(type, path, namespaces)));
  const version = knownVersions.find((each) => supported.every((versions) => versions.includes(each)));
  return version ?? '0.4.0';
}

async function versionsOf(
  type: string,
  path: readonly string[],
  namespaces: Namespaces,
): Promise<readonly unknown[]> {
  const configuration = { type, cniVersion: '1.0.0' };
  const ownNetwork = '/proc/thread-self/ns/net';
  const answer = await runPlugin(
    { command: 'VERSION', configuration, path, parameters: {}, node: ownNetwork },
    namespaces,
  );
  return Array.isArray(answer?.supportedVersions) ? answer.supportedVersions : [];
}
