import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import type { Family } from '../../net/family.ts';
import type { BgpOptions } from '../../pod-network/bgp/bgp-options.ts';
import { birdConfig } from '../../pod-network/bgp/bird-config.ts';
import type { BgpPlan } from '../../pod-network/bgp/plan-bgp.ts';
import type { Namespaces } from '../runtime/namespaces.ts';
import { hostNumbers, underlayAddress } from './lab-addresses.ts';
import { routerConfig } from './router-config.ts';
import type { Host } from './underlay.ts';

/** What a node is to tell the router, and to take from it. */
export interface SpeakingNode {
  readonly host: Host;
  readonly plan: BgpPlan;
}

/** BIRD on each node of a lab, and on its switch as the router. */
export interface RoutingDaemons {
  /** These speak from now on, and no others. */
  speak(nodes: readonly SpeakingNode[]): void;
}

/** Nodes and router are of one autonomous system, one of those for private use (RFC 6996). */
export function labBgp(families: readonly Family[]): BgpOptions {
  const peers = families.map((family) => underlayAddress(family, hostNumbers.switch));
  return { peers, localAs: systemNumber, peerAs: systemNumber };
}

/** `folder` takes the configurations. */
export function createRoutingDaemons(
  families: readonly Family[],
  folder: string,
  namespaces: Namespaces,
): RoutingDaemons {
  const speakers = new Map<Host, Bird>();
  // The thread is in the switch's namespace.
  const router = new Bird(`${folder}/switch`, (command, args) => spawn(command, args, quiet));
  return {
    speak(nodes) {
      router.run(routerConfig(families, systemNumber));
      for (const [host, bird] of speakers) {
        if (nodes.some((node) => node.host === host)) continue;
        bird.stop();
        speakers.delete(host);
      }
      for (const { host, plan } of nodes) {
        const start = (command: string, args: readonly string[]) =>
          namespaces.inNetwork(host.network, () => spawn(command, args, quiet));
        const bird = speakers.get(host) ?? new Bird(`${folder}/${host.name}`, start);
        speakers.set(host, bird);
        bird.run(birdConfig(plan));
      }
    },
  };
}

const systemNumber = 64_512;
const quiet = { stdio: 'ignore' } as const;

/** The daemon, with the configuration that it runs by. */
class Bird {
  readonly #folder: string;
  readonly #start: (command: string, args: readonly string[]) => ChildProcess;
  #child: ChildProcess | undefined;
  #config = '';

  constructor(folder: string, start: (command: string, args: readonly string[]) => ChildProcess) {
    this.#folder = folder;
    this.#start = start;
  }

  run(config: string): void {
    const isRunning = this.#child !== undefined;
    if (isRunning && config === this.#config) return;
    this.#config = config;
    mkdirSync(this.#folder, { recursive: true });
    const file = `${this.#folder}/bird.conf`;
    writeFileSync(`${file}.new`, config);
    renameSync(`${file}.new`, file);
    // bird(8): on SIGHUP it reads its configuration again.
    if (isRunning) this.#child?.kill('SIGHUP');
    else this.#spawn(file);
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #spawn(file: string): void {
    const child = this.#start('bird', ['-f', '-c', file, '-s', `${this.#folder}/bird.ctl`]);
    this.#child = child;
    const gone = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('error', gone);
    child.once('exit', gone);
  }
}
