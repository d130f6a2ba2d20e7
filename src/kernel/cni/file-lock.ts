import { closeSync, openSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';
import type { KoffiFunc } from 'koffi';
import { loadCLibrary } from '../c-library.ts';

/**
 * Does something while no other process does that holds a lock on the same file (flock(2)), which is made where it is not there.
 * Waits on the calling thread. The kernel drops the lock with the process, whatever ends it. Throws an `Error` where the file
 * cannot be opened or locked, and whatever the work throws.
 */
export type UnderFileLock = <T>(path: string, work: () => T) => T;

/** Rejects where koffi, which calls the C library, is not there. */
export async function bindFileLock(): Promise<UnderFileLock> {
  const { func, errno } = await loadCLibrary();
  const flock: KoffiFunc<(fd: number, operation: number) => number> = func(
    'int flock(int fd, int operation)',
  );
  const lock = (fd: number, path: string) => {
    while (flock(fd, LOCK_EX) !== 0) {
      const number = errno();
      if (number !== EINTR) throw new Error(`cannot lock ${path}: ${getSystemErrorMessage(-number)}`);
    }
  };
  return (path, work) => {
    const fd = openSync(path, O_CREAT_RDONLY, 0o600);
    try {
      lock(fd, path);
      return work();
    } finally {
      closeSync(fd);
    }
  };
}

const LOCK_EX = 2;
const EINTR = 4;
const O_CREAT_RDONLY = 0o100;
