import type { Address } from '../../net/address.ts';
import type { Pod } from '../api/kinds/kinds.ts';
import { type Sandbox, startSandbox } from '../runtime/sandbox.ts';
import type { ServerPort } from '../servers/open-server.ts';
import { joinNetwork } from './join-network.ts';
import { hostnameOf, hostsFile, resolvConf, resolverSettings } from './pod-files.ts';
import type { PodHost } from './pod-host.ts';
import { startWork } from './pod-work.ts';

/** A pod that runs: its sandbox, its network and its servers. */
export interface RunningPod {
  readonly addresses: readonly Address[];
  readonly sandbox: Sandbox;
  /** Opens the servers that are not open yet. */
  serve(ports: readonly ServerPort[]): void;
  /** Ends everything of it. Rejects where a plugin fails; then the rest is gone all the same. */
  stop(): Promise<void>;
  /** Ends it as when the power goes: no plugin hears of it. */
  cutOff(): Promise<void>;
}

/** Makes what a Pod's containers run in. Rejects with a sentence for people, and nothing is left then. */
export async function startPod(pod: Pod, host: PodHost): Promise<RunningPod> {
  const network = await joinNetwork(pod, host);
  const { addresses } = network;
  try {
    const sandbox = await startSandbox(
      {
        hostname: pod.spec.hostNetwork === true ? host.name : hostnameOf(pod),
        network: network.file,
        folder: `${host.folder}/pods/${pod.metadata.uid}`,
        resolvConf: resolvConf(resolverSettings(pod, host.dns)),
        hosts: hostsFile(pod, { addresses, domain: host.dns.domain, nodeHosts: host.hosts() }),
      },
      host.namespaces,
    );
    const work = await startWork(pod, sandbox, network, host).catch(async (error: unknown) => {
      await sandbox.stop();
      throw error;
    });
    const end = async (leave: () => Promise<void> | void) => {
      await work.close();
      await sandbox.stop();
      await leave();
    };
    return {
      addresses,
      sandbox,
      serve: work.open,
      stop: () => end(network.leave),
      cutOff: () => end(network.cutOff),
    };
  } catch (error) {
    await network.leave().catch(() => undefined);
    throw error;
  }
}
