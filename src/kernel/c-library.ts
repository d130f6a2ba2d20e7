import type { LibraryHandle } from 'koffi';

/** The C library of this process, by which the kernel is called for what Node has no function for. */
export interface CLibrary {
  /** Declares a function by its prototype. */
  readonly func: LibraryHandle['func'];
  /** As in errno.h, of the last call on this thread. */
  readonly errno: () => number;
}

/** Rejects where koffi, which calls the C library, is not there. */
export function loadCLibrary(): Promise<CLibrary> {
  loaded ??= load();
  return loaded;
}

let loaded: Promise<CLibrary> | undefined;

async function load(): Promise<CLibrary> {
  const koffi = await importKoffi();
  const library = koffi.load(null);
  return { func: library.func.bind(library), errno: () => koffi.errno() };
}

async function importKoffi(): Promise<typeof import('koffi')['default']> {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    const [said = ''] = String(error).split('\n', 1);
    throw new Error(isAbsent ? 'koffi is not installed' : `koffi does not work here: ${said}`, {
      cause: error,
    });
  }
}
