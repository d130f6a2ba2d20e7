import type { SocketOpener } from '../../kernel/open-socket.ts';
import type { ObjectStore } from '../api/store/object-store.ts';
import type { LabFolder } from '../folder/lab-folder.ts';
import type { ClusterDns } from '../kubelet/pod-files.ts';
import type { LabSpec } from '../lab-spec.ts';
import type { Underlay } from '../network/underlay.ts';
import { pluginFolders } from '../nodes/plugin-folders.ts';
import type { Namespaces } from '../runtime/namespaces.ts';

/** What all parts of a lab have in common. */
export interface LabContext {
  readonly spec: LabSpec;
  readonly folder: LabFolder;
  readonly store: ObjectStore;
  readonly underlay: Underlay;
  readonly namespaces: Namespaces;
  readonly opener: SocketOpener;
  readonly setUpLoopback: () => void;
  readonly dns: ClusterDns;
  /** Version of the CNI specification that the plugins speak. */
  readonly cniVersion: string;
  /** Of the API server, as nodes reach it. */
  readonly kubeconfig: string;
  readonly log: (line: string) => void;
}

/** Files of the lab that are gone with it: in memory, on the /run that is the lab's own. */
export const runtimeFolder = '/run/portolan-lab';

/** Where CNI plugins are: the lab's own, and those of the machine. */
export const pluginPath = [`${runtimeFolder}/cni/bin`, ...pluginFolders];
