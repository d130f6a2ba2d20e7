import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Paths of PEM files. */
export interface CertificateFiles {
  /** Of the authority that signed both. */
  readonly ca: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/**
 * An authority, a server that is 127.0.0.1, localhost and what `names` adds (`IP:192.0.2.1`), and a client; made by openssl,
 * good for a day.
 */
export async function makeCertificates(
  folder: string,
  names: readonly string[] = [],
): Promise<CertificateFiles> {
  const path = (name: string) => join(folder, name);
  const files = {
    ca: path('ca.crt'),
    serverCertificate: path('server.crt'),
    serverKey: path('server.key'),
    clientCertificate: path('client.crt'),
    clientKey: path('client.key'),
  };
  await openssl(
    folder,
    'req',
    '-x509',
    ...newKey('ca.key'),
    '-out',
    'ca.crt',
    '-days',
    '1',
    '-subj',
    '/CN=ca',
  );
  const allNames = ['IP:127.0.0.1', 'DNS:localhost', ...names].join();
  const extensions = `subjectAltName=${allNames}\nextendedKeyUsage=serverAuth`;
  await sign(folder, 'server', '/CN=kube-apiserver', extensions);
  await sign(folder, 'client', '/O=system:nodes/CN=system:kube-proxy', 'extendedKeyUsage=clientAuth');
  return files;
}

/** Why `makeCertificates` cannot work here. */
export async function certificatesUnavailable(): Promise<string | undefined> {
  const { failed } = await execa('openssl', ['version'], { reject: false });
  return failed ? 'openssl is not installed' : undefined;
}

/** The server's side of them. */
export async function certificateFiles({ ca, serverCertificate, serverKey }: CertificateFiles) {
  const [caText, cert, key] = await Promise.all(
    [ca, serverCertificate, serverKey].map((file) => readFile(file, 'utf8')),
  );
  return { ca: caText ?? '', cert: cert ?? '', key: key ?? '' };
}

async function sign(folder: string, name: string, subject: string, extensions: string): Promise<void> {
  await openssl(folder, 'req', ...newKey(`${name}.key`), '-out', `${name}.csr`, '-subj', subject);
  await writeFile(join(folder, `${name}.ext`), extensions);
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  const files = ['-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`];
  await openssl(folder, 'x509', '-req', ...files, ...authority, '-days', '1');
}

function newKey(file: string): readonly string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

async function openssl(folder: string, ...args: readonly string[]): Promise<void> {
  await execa('openssl', args, { cwd: folder });
}
