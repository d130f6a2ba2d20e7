import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { DiscoveryV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { execa } from 'execa';
import { cpuSeconds, peakMegabytes } from '../process-usage.ts';
import { kubeProxyFlags } from './flags.ts';
import { forward, insideServer, outsideSocket } from './forward.ts';
import { type SyncEvent, syncEvents } from './log.ts';
import { variantTools } from './variant-tools.ts';

/** kube-proxy on a cluster, from an empty network namespace; not done where the first sync took too long. */
export type KubeProxyFigures =
  | { readonly done: false }
  | {
      readonly done: true;
      /** Seconds from the start of the process until all rules are in force. */
      readonly firstSync: number;
      /** Seconds of that for the sync itself, as kube-proxy tells them. */
      readonly syncAlone: number;
      /** Milliseconds of the sync: from its start, with the change received, to the rules being in force. */
      readonly change: { readonly median: number; readonly max: number };
      /** CPU seconds until all rules are in force, those of iptables included. */
      readonly cpu: number;
      /** Megabytes of resident memory, at most, of kube-proxy itself. */
      readonly peakMemory: number;
    };

const [folder = '', binary = '', name = '', variant = '', endpoints = '', limit = ''] = process.argv.slice(2);
const kubeconfig = join(folder, 'kubeconfig');
const rounds = 15;
/** Longer than kube-proxy's pause between two syncs, which is one second. */
const quietMilliseconds = 3_000;

await forward(insideServer, outsideSocket(folder));
const path = `${await variantTools(folder, variant)}:${process.env.PATH}`;
const started = performance.now();
const { pid = 0, stderr } = execa(binary, kubeProxyFlags({ mode: 'iptables', kubeconfig, nodeName: name }), {
  buffer: false,
  reject: false,
  stdout: 'ignore',
  env: { PATH: path },
});
const events = syncEvents(createInterface({ input: stderr }));
let next = events.next();
process.stdout.write(JSON.stringify(await figures()));
// As the first process of its PID namespace it takes kube-proxy and iptables with it.
process.exit();

async function figures(): Promise<KubeProxyFigures> {
  const late = setTimeout(Number(limit) * 1_000, 'late' as const, { ref: false });
  const first = await Promise.race([allInForce(), late]);
  if (first === 'late') return { done: false };
  const firstSync = (performance.now() - started) / 1000;
  const cpu = cpuSeconds(pid);
  const times = (await changeEndpoints()).toSorted((a, b) => a - b);
  const change = { median: times[times.length >> 1] ?? Number.NaN, max: times.at(-1) ?? Number.NaN };
  return { done: true, firstSync, syncAlone: first / 1000, change, cpu, peakMemory: peakMegabytes(pid) };
}

/** The milliseconds of the sync that is for all Services; an earlier one may be for a part of them. */
async function allInForce(): Promise<number> {
  for (;;) {
    const event = await nextEvent();
    if (event.phase === 'complete' && event.endpoints >= Number(endpoints)) return event.milliseconds;
  }
}

/** Replaces one endpoint of one Service, again and again; the milliseconds that kube-proxy tells of each sync. */
async function changeEndpoints(): Promise<readonly number[]> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(DiscoveryV1Api);
  const jsonPatch = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch);
  await quiet();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const body = [{ op: 'replace', path: '/endpoints/0/addresses/0', value: `10.99.0.${round + 1}` }];
    await api.patchNamespacedEndpointSlice({ name: 'svc-0-1', namespace: name, body }, jsonPatch);
    times.push(await syncMilliseconds());
  }
  return times;
}

async function syncMilliseconds(): Promise<number> {
  for (;;) {
    const event = await nextEvent();
    if (event.phase === 'complete') return event.milliseconds;
  }
}

/** Lets the syncs pass that follow the first one, so that none is taken for that of a change. */
async function quiet(): Promise<void> {
  const pause = (): Promise<'quiet'> => setTimeout(quietMilliseconds, 'quiet');
  while ((await Promise.race([next, pause()])) !== 'quiet') await syncMilliseconds();
}

async function nextEvent(): Promise<SyncEvent> {
  const { value } = await next;
  next = events.next();
  return value;
}
