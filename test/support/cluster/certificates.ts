import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Files in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificates {
  /** Of the authority that signs all others. */
  readonly authority: string;
  readonly server: KeyPair;
  /** Makes a client's certificate, by which the API server knows its user and groups. */
  client(user: string, ...groups: readonly string[]): Promise<KeyPair>;
}

/** Makes a certificate authority in a folder, and what an API server at these addresses needs of it. */
export async function makeCertificates(folder: string, addresses: readonly string[]): Promise<Certificates> {
  await mkdir(folder, { recursive: true });
  const authority = await makeKeyPair(folder, 'ca', '/CN=authority of a test', []);
  const signed = (name: string, subject: string, extensions: readonly string[]) =>
    makeKeyPair(folder, name, subject, [
      ...['-CA', authority.certificate, '-CAkey', authority.key],
      ...['basicConstraints=critical,CA:FALSE', ...extensions].flatMap((text) => ['-addext', text]),
    ]);
  const names = addresses.map((address) => `IP:${address}`).join(',');
  const server = await signed('server', '/CN=kube-apiserver', [`subjectAltName=${names}`]);
  return {
    authority: authority.certificate,
    server,
    client: (user, ...groups) =>
      signed(
        `client-${user.replaceAll(':', '-')}`,
        `${groups.map((group) => `/O=${group}`).join('')}/CN=${user}`,
        ['extendedKeyUsage=clientAuth'],
      ),
  };
}

async function makeKeyPair(
  folder: string,
  name: string,
  subject: string,
  more: readonly string[],
): Promise<KeyPair> {
  const pair = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  // Without one of its own, openssl would take the machine's configuration, whose extensions these are not.
  const config = join(folder, 'openssl.conf');
  await writeFile(config, '[req]\ndistinguished_name = subject\n[subject]\n');
  await execa('openssl', [
    ...[
      'req',
      '-x509',
      '-config',
      config,
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
    ],
    ...['-subj', subject, '-days', '2', '-keyout', pair.key, '-out', pair.certificate, ...more],
  ]);
  return pair;
}
