import type { SocketOpener } from '../../kernel/open-socket.ts';
import type { Address } from '../../net/address.ts';
import type { Pod } from '../api/kinds/kinds.ts';
import type { NetworkList } from '../cni/network-list.ts';
import type { CniRuntime } from '../cni/runtime.ts';
import type { Namespaces } from '../runtime/namespaces.ts';
import type { ClusterDns } from './pod-files.ts';
import type { PodProgram } from './pod-program.ts';

/** The node that pods run on, as their runtime sees it. */
export interface PodHost {
  readonly name: string;
  /** File of the node's network namespace. */
  readonly network: string;
  readonly addresses: readonly Address[];
  /** Where files of pods are kept. */
  readonly folder: string;
  readonly hosts: () => string;
  readonly dns: ClusterDns;
  readonly cni: CniRuntime;
  readonly podNetwork: () => NetworkList;
  /** Sets lo up in the calling thread's network namespace; `undefined` where the plugin does that. */
  readonly setUpLoopback: (() => void) | undefined;
  /** What a Pod runs in place of servers. */
  readonly program: (pod: Pod) => PodProgram | undefined;
  /** Folder of the logs of programs. */
  readonly logs: string;
  readonly namespaces: Namespaces;
  readonly opener: SocketOpener;
  readonly log: (line: string) => void;
}
