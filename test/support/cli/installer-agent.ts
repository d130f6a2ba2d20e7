/**
 * A node as an installer leaves it, in the namespaces that it runs in: `node installer-agent.ts FOLDER` with kube-proxy's
 * configuration in the folder, files where that looks for them, and an API server with one Service. Starts the command with
 * that configuration, waits until the Service is programmed, and prints what answers.
 */

import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { ApiServer } from '../apiserver/api-server.ts';
import type { Listening } from '../apiserver/connections/listen.ts';
import { endpointSliceObject, nodeObject, serviceObject } from '../apiserver/objects.ts';

const [folder = ''] = process.argv.slice(2);
const portolan = process.env.PORTOLAN ?? '';
const configFile = '/var/lib/kube-proxy/config.conf';
const clusterIP = '10.96.0.10';

const server = new ApiServer();
server.put(serviceObject('web', { clusterIP, port: 80 }), endpointSliceObject('web', ['10.244.0.7']));
for (const name of [hostname().toLowerCase(), 'harbour', 'ip-10-0-0-1.ec2.internal'])
  server.put(nodeObject(name));
await using listening = await server.listen({
  tls: true,
  credentials: 'token',
  port: 6443,
  names: ['DNS:kind-control-plane', 'IP:192.168.50.2'],
});
await placeFiles(listening);
await using reached = socat('TCP-LISTEN:6443,bind=192.168.50.2,fork', 'TCP:127.0.0.1:6443');
void reached;
const args = await argumentsOf(folder);
const proxy = execa(portolan, args, { reject: false, all: true });
await untilProgrammed();
for (const page of ['127.0.0.1:10256/healthz', '127.0.0.1:10249/proxyMode']) {
  const { stdout } = await execa('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', page]);
  console.log(`${page} ${stdout}`);
}
proxy.kill('SIGTERM');
const { exitCode, all } = await proxy;
console.log(`ends with ${exitCode}`);
process.stderr.write(all);

/** What the pod of a DaemonSet, or the installer, has put there. */
async function placeFiles({ folder: account, kubeconfig }: Listening): Promise<void> {
  const secrets = '/var/run/secrets/kubernetes.io/serviceaccount';
  await mkdir(secrets, { recursive: true });
  await cp(account, secrets, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name.endsWith('.conf')) await cp(join(folder, name), join(dirname(configFile), name));
  }
  const elsewhere = ['/var/lib/kube-proxy/kubeconfig', '/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig'];
  for (const path of elsewhere) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, kubeconfig);
  }
}

async function argumentsOf(path: string): Promise<readonly string[]> {
  const files = await readdir(path);
  const config = files.includes('config.conf') ? ['--config', configFile] : [];
  const written = files.includes('args') ? await readFile(join(path, 'args'), 'utf8') : '';
  return [...config, ...written.split('\n').filter((line) => line !== '')];
}

function socat(...sides: readonly string[]): AsyncDisposable {
  const relay = execa('socat', sides, { reject: false });
  return {
    async [Symbol.asyncDispose]() {
      relay.kill();
      await relay;
    },
  };
}

async function untilProgrammed(): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const saved = await Promise.all(
      [
        ['iptables-save', '-t', 'nat'],
        ['nft', 'list', 'tables'],
      ].map(async ([command = '', ...rest]) => (await execa(command, rest, { reject: false })).stdout),
    );
    const tables = saved.join('\n').includes('table ip portolan') ? await services() : '';
    if (`${saved.join('\n')}${tables}`.includes(clusterIP)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the Service is not programmed');
}

async function services(): Promise<string> {
  return (await execa('nft', ['list', 'map', 'ip', 'portolan', 'services'], { reject: false })).stdout;
}
