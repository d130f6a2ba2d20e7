/**
 * Lets kube-proxy program the objects of a folder into the network namespace that this runs in, from an API server in the same
 * one; prints as JSON what came of it. To be run as the first process of a PID namespace.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';
import { ApiServer } from '../../../test/support/apiserver/api-server.ts';
import type { Listening } from '../../../test/support/apiserver/connections/listen.ts';
import { nodeObject } from '../../../test/support/apiserver/objects.ts';
import { kubeProxyFlags } from '../../kube-proxy/flags.ts';
import { type SyncEvent, syncEvents } from '../../kube-proxy/log.ts';
import { variantTools } from '../../kube-proxy/variant-tools.ts';
import type { Mode } from '../options.ts';

export interface KubeProxyTask {
  readonly binary: string;
  readonly mode: Mode;
  /** Where the objects are. */
  readonly folder: string;
  /** The endpoints of all Services together. */
  readonly endpoints: number;
  /** How long it may take. */
  readonly seconds: number;
}

export type KubeProxyOutcome =
  | { readonly done: true }
  | {
      readonly done: false;
      /** Why its rules were not all in force. */
      readonly reason: string;
    };

const nodeName = 'node-0';
const variants = { nftables: undefined, 'iptables-nft': 'nft', 'iptables-legacy': 'legacy' } as const;

const task: KubeProxyTask = JSON.parse(process.argv[2] ?? '');
process.stdout.write(JSON.stringify(await program()));
// Ends kube-proxy, and an iptables-restore under way.
process.exit();

async function program(): Promise<KubeProxyOutcome> {
  const server = new ApiServer();
  server.put(nodeObject(nodeName), ...(await readObjects(task.folder)));
  await using listening = await server.listen();
  const reason = `its rules were not complete after ${task.seconds} s`;
  const late: Promise<KubeProxyOutcome> = setTimeout(task.seconds * 1_000, { done: false, reason });
  return await Promise.race([allInForce(await startKubeProxy(listening)), late]);
}

async function readObjects(folder: string): Promise<readonly ApiObject[]> {
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text): readonly ApiObject[] => JSON.parse(text).items);
}

async function startKubeProxy({
  folder,
  kubeconfigPath,
}: Listening): Promise<AsyncGenerator<SyncEvent, never>> {
  const variant = variants[task.mode];
  const tools = variant === undefined ? [] : [await variantTools(folder, variant)];
  const mode = variant === undefined ? 'nftables' : 'iptables';
  const flags = kubeProxyFlags({ mode, kubeconfig: kubeconfigPath, nodeName });
  // The server knows no protobuf, which is the default.
  const { stderr } = execa(task.binary, [...flags, '--kube-api-content-type=application/json'], {
    buffer: false,
    reject: false,
    stdout: 'ignore',
    env: { PATH: [...tools, process.env.PATH].join(':') },
  });
  return syncEvents(createInterface({ input: stderr }));
}

/** A first sync may be for a part of the Services. */
async function allInForce(events: AsyncGenerator<SyncEvent, never>): Promise<KubeProxyOutcome> {
  try {
    for (;;) {
      const { value: event } = await events.next();
      if (event.phase === 'complete' && event.endpoints >= task.endpoints) return { done: true };
    }
  } catch (error) {
    return { done: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
