import { writeFile } from 'node:fs/promises';

export interface KubeconfigContent {
  readonly server: string;
  /** The file with the certificate of the server's authority. */
  readonly authority: string;
  /** How the user is known, in the words of a kubeconfig: `token`, `tokenFile`, `exec` … */
  readonly user: Readonly<Record<string, unknown>>;
  readonly proxyUrl?: string;
}

/** Writes a kubeconfig. */
export async function writeKubeconfig(
  path: string,
  { server, authority, user, proxyUrl }: KubeconfigContent,
): Promise<void> {
  const cluster = { server, 'certificate-authority': authority, ...(proxyUrl && { 'proxy-url': proxyUrl }) };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  };
  // JSON is YAML too.
  await writeFile(path, JSON.stringify(content), { mode: 0o600 });
}
