import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../../../src/net/address.ts';
import { type Program, removeRules, startProgram } from '../cli/program.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import type { Transport } from '../lab/messages.ts';
import { inNamespace, ipBatch } from '../lab/namespaces.ts';
import { shared } from '../shared.ts';
import type { Addresses } from './addresses.ts';
import { nodeName, nodeObject, targetPort } from './objects.ts';
import { type Mode, type RunningProxy, startProxy } from './proxy.ts';

/** A node with a host of clients and one of pods, where the real command follows a folder of objects. */
export interface Stage extends AsyncDisposable {
  readonly addresses: Addresses;
  readonly lab: Lab;
  readonly node: Host;
  readonly clients: Host;
  readonly pods: Host;
  /** Replaces the objects of this name at once. */
  write(name: string, objects: readonly object[]): Promise<void>;
  remove(name: string): Promise<void>;
  /** Removes all objects but the node, all rules and all connections, so that the next test finds none. */
  clear(): Promise<void>;
  /** Starts the command; it has synced once when this resolves. */
  start(mode?: Mode): Promise<RunningProxy>;
  /** Runs the command with `--once`; rejects where it fails. */
  once(mode: Mode, more?: readonly string[], env?: Readonly<Record<string, string>>): Promise<void>;
}

/** A stage that the tests of a file or of a `describe`, where this is called, have in common, cleared between them. */
export function sharedStage(addresses: Addresses, pods: number): () => Promise<Stage> {
  return shared(
    () => createStage(addresses, pods),
    (stage) => stage.clear(),
  );
}

/** Builds it. Every pod of the first `pods` answers on its target port, by TCP and UDP. */
export async function createStage(addresses: Addresses, pods: number): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const { node, clientHost, podHost } = addresses;
  const lab = stack.use(await createLab({ nodeAddresses: [node], hosts: [clientHost, podHost] }));
  await layRanges(lab, addresses);
  await Promise.all(
    Array.from({ length: pods }, (_, n) => serve(lab.host(podHost), addresses.pod(n), ['tcp', 'udp'])),
  );
  const folder = await mkdtemp(join(tmpdir(), 'portolan-traffic-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const source = join(folder, 'objects');
  await mkdir(source);
  const write = async (name: string, objects: readonly object[]) => {
    const draft = join(folder, 'draft');
    await writeFile(draft, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await rename(draft, join(source, `${name}.json`));
  };
  await write('node', [nodeObject(addresses)]);
  const command = async (mode: Mode) => ({
    namespace: lab.node.namespace,
    arguments: ['--source', source, '--config', await configFile(folder, mode)],
    runtimeFolder: folder,
  });
  const everything = stack.move();
  let program: Program | undefined;
  return {
    addresses,
    lab,
    node: lab.node,
    clients: lab.host(clientHost),
    pods: lab.host(podHost),
    write,
    remove: (name) => rm(join(source, `${name}.json`)),
    async clear() {
      const names = (await readdir(source)).filter((name) => name !== 'node.json');
      await Promise.all(names.map((name) => rm(join(source, name))));
      await lab.node.exec('sh', ['-c', removeRules]);
    },
    start: async (mode = 'nftables') => startProxy(await command(mode)),
    async once(mode, more = [], env = {}) {
      program ??= everything.use(
        startProgram(inNamespace(lab.node.namespace), { RUNTIME_DIRECTORY: folder }),
      );
      const args = ['run', '--once', ...(await command(mode)).arguments, ...more];
      const { exitCode, stderr } = await program.portolan(args, env);
      if (exitCode !== 0) throw new Error(`portolan run --once ended with ${exitCode}: ${stderr}`);
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** Many addresses on one host: all of its range is local there, and the node sends it there as to the host itself. */
async function layRanges(lab: Lab, { family, clientHost, podHost, ranges }: Addresses): Promise<void> {
  const hosts = [
    [clientHost, ranges.clients],
    [podHost, ranges.pods],
  ] as const;
  const gateway = family === 'IPv4' ? '169.254.1.1' : 'fe80::1';
  await Promise.all([
    ipBatch(
      [
        ...hosts.map(([host, range], index) => `route add ${range} via ${host} dev host${index} onlink`),
        `route add local ${ranges.node} dev lo`,
      ],
      lab.node.namespace,
    ),
    ...hosts.map(([host, range]) => ipBatch([`route add local ${range} dev lo`], lab.host(host).namespace)),
    // For IPv6 a local route alone makes no address that a socket may bind to.
    ...[lab.node, ...hosts.map(([host]) => lab.host(host))].map((host) =>
      host.exec('sh', ['-c', 'echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind']),
    ),
    ipBatch(
      Object.values(ranges).map((range) => `route add ${range} via ${gateway} dev eth0`),
      lab.outside.namespace,
    ),
  ]);
}

async function serve(host: Host, address: Address, protocols: readonly Transport[]): Promise<void> {
  for (const protocol of protocols) await host.listen({ protocol, address, port: targetPort });
}

/** Written anew each time, since it is the same. */
async function configFile(folder: string, mode: Mode): Promise<string> {
  const path = join(folder, `${mode}.json`);
  const config = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode,
    hostnameOverride: nodeName,
    clusterCIDR: '10.244.0.0/16,fd00:244::/32',
    logging: { format: 'json' },
    // Limits of conntrack are not a namespace's to set.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
