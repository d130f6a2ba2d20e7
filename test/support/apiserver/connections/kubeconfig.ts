import { dump } from 'js-yaml';
import type { CertificateFiles } from './certificates.ts';

/** As kubeadm writes it: one cluster, one user, one context. */
export function kubeconfig({
  url,
  files,
  tokenFile,
  credentials,
}: {
  readonly url: string;
  readonly files: CertificateFiles | undefined;
  readonly tokenFile: string;
  readonly credentials: 'token' | 'client-certificate' | undefined;
}): string {
  const authority = files === undefined ? {} : { 'certificate-authority': files.ca };
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'default', cluster: { server: url, ...authority } }],
    contexts: [{ name: 'default', context: { cluster: 'default', namespace: 'default', user: 'default' } }],
    'current-context': 'default',
    users: [{ name: 'default', user: userOf(credentials, files, tokenFile) }],
  });
}

function userOf(
  credentials: 'token' | 'client-certificate' | undefined,
  files: CertificateFiles | undefined,
  tokenFile: string,
): object {
  if (credentials === 'token') return { tokenFile };
  if (credentials === undefined || files === undefined) return {};
  return { 'client-certificate': files.clientCertificate, 'client-key': files.clientKey };
}
