import { closeSync, openSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';
import type { KoffiFunc } from 'koffi';
import { loadCLibrary } from './c-library.ts';

/**
 * Does something in the network namespace that a file stands for, such as `/run/netns/NAME` or `/proc/PID/ns/net`, on the
 * calling thread, which comes back whatever happens: what the work opens, sockets above all, remains of that namespace. The work
 * must be synchronous, since nothing else of the process is to happen there. Throws an `Error` where the namespace cannot be
 * entered (setns(2)), and whatever the work throws.
 */
export type InNetworkNamespace = <T>(path: string, work: () => T) => T;

/** Rejects where koffi, which calls the C library, is not there. */
export async function bindNetworkNamespaces(): Promise<InNetworkNamespace> {
  const { func, errno } = await loadCLibrary();
  const setns: KoffiFunc<(fd: number, kind: number) => number> = func('int setns(int fd, int kind)');
  const enter = (fd: number, path: string) => {
    if (setns(fd, CLONE_NEWNET) === 0) return;
    throw new Error(`cannot enter the network namespace ${path}: ${getSystemErrorMessage(-errno())}`);
  };
  return (path, work) => {
    const own = openSync('/proc/thread-self/ns/net', 'r');
    try {
      const other = openSync(path, 'r');
      try {
        enter(other, path);
      } finally {
        closeSync(other);
      }
      try {
        return work();
      } finally {
        enter(own, 'that this process began in');
      }
    } finally {
      closeSync(own);
    }
  };
}

const CLONE_NEWNET = 0x40000000;
