import { closeSync, openSync, unlinkSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';
import type { KoffiFunc } from 'koffi';
import { loadCLibrary } from './c-library.ts';

/**
 * Makes namespaces without a process that would hold them. All of it works on the calling thread and at once: other threads of
 * this process stay where they are. Each function throws an `Error` where the kernel refuses.
 */
export interface NewNamespaces {
  /** This thread leaves its network namespace for a new one, for good; what it has opened remains of the old one. */
  leaveNetwork(): void;
  /** Makes a network namespace that lives as long as the file, which must not be there yet. */
  makeNetwork(path: string): void;
  /** Removes the file of a network namespace. The namespace goes with its last process and socket. */
  removeNetwork(path: string): void;
  /** The first process that the work starts is process 1 of a new PID namespace (pid_namespaces(7)). */
  inNewPidNamespace<T>(work: () => T): T;
}

/** Rejects where koffi, which calls the C library, is not there. */
export async function bindNewNamespaces(): Promise<NewNamespaces> {
  const { func, errno } = await loadCLibrary();
  const unshare: KoffiFunc<(kind: number) => number> = func('int unshare(int kind)');
  const setns: KoffiFunc<(fd: number, kind: number) => number> = func('int setns(int fd, int kind)');
  const mount: KoffiFunc<(source: string, target: string, type: null, flags: number, data: null) => number> =
    func(
      'int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)',
    );
  const umount2: KoffiFunc<(target: string, flags: number) => number> = func(
    'int umount2(const char *target, int flags)',
  );
  const require = (result: number, purpose: string) => {
    if (result !== 0) throw new Error(`cannot ${purpose}: ${getSystemErrorMessage(-errno())}`);
  };
  const leave = (kind: number, purpose: string) => require(unshare(kind), purpose);
  /** Does the work in a new namespace of the kind, and comes back to the one that `own` stands for. */
  const inNew = <T>(kind: number, own: string, work: () => T): T => {
    const fd = openSync(own, 'r');
    try {
      leave(kind, 'make a namespace');
      try {
        return work();
      } finally {
        require(setns(fd, kind), 'come back from a new namespace');
      }
    } finally {
      closeSync(fd);
    }
  };
  return {
    leaveNetwork: () => leave(CLONE_NEWNET, 'make a network namespace'),
    makeNetwork(path) {
      closeSync(openSync(path, 'wx'));
      const bind = () =>
        require(mount(threadNetwork, path, null, MS_BIND, null), `keep a network namespace at ${path}`);
      inNew(CLONE_NEWNET, threadNetwork, bind);
    },
    removeNetwork(path) {
      require(umount2(path, MNT_DETACH), `give up the network namespace ${path}`);
      unlinkSync(path);
    },
    inNewPidNamespace: (work) => inNew(CLONE_NEWPID, '/proc/thread-self/ns/pid', work),
  };
}

const threadNetwork = '/proc/thread-self/ns/net';
/** linux/sched.h, sys/mount.h. */
const [CLONE_NEWPID, CLONE_NEWNET] = [0x20000000, 0x40000000];
const [MS_BIND, MNT_DETACH] = [4096, 2];
