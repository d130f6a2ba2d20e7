import { promisify } from 'node:util';
import type { KoffiFunc } from 'koffi';

/**
 * The functions of libnftables.so.1, in this process (https://manpages.debian.org/libnftables.3).
 * Throws an `Error` that says why it cannot be used: it is not there, or koffi, which calls it, is not.
 */
export async function bindLibnftables(): Promise<Libnftables> {
  const koffi = await importKoffi();
  koffi.config({ async_stack_size: stackSize });
  const process = koffi.load(null);
  ensureNetlink(
    process.func('int socket(int domain, int type, int protocol)'),
    process.func('int close(int fd)'),
  );
  const nftables = load(koffi, 'libnftables.so.1');
  const run: KoffiFunc<Run> = nftables.func('int nft_run_cmd_from_buffer(void *context, const char *text)');
  return {
    newContext: nftables.func('void *nft_ctx_new(uint32_t flags)'),
    bufferErrors: nftables.func('int nft_ctx_buffer_error(void *context)'),
    takeErrors: nftables.func('const char *nft_ctx_get_error_buffer(void *context)'),
    setDryRun: nftables.func('void nft_ctx_set_dry_run(void *context, bool dry)'),
    run: withoutSignals(process, run),
    runOnThread: promisify(run.async),
    trimMemory: bindTrimMemory(process),
  };
}

export interface Libnftables {
  readonly newContext: KoffiFunc<(flags: number) => Context>;
  readonly bufferErrors: KoffiFunc<(context: Context) => number>;
  /** Also empties the buffer. */
  readonly takeErrors: KoffiFunc<(context: Context) => string>;
  readonly setDryRun: KoffiFunc<(context: Context, dry: boolean) => void>;
  /** Gives 0 where all commands were taken. The text ends at its first NUL. */
  readonly run: Run;
  /** A signal may interrupt it that comes while the main thread handles another: it fails, though it was applied. */
  readonly runOnThread: (context: Context, text: string) => Promise<number>;
  /** Gives freed memory back to the kernel, on a thread; glibc keeps much of it otherwise. */
  readonly trimMemory: () => Promise<unknown>;
}

type Run = (context: Context, text: string) => number;

/** A pointer, which only the library looks behind. */
export type Context = bigint;

type Koffi = typeof import('koffi');
type Library = ReturnType<Koffi['load']>;

/** Bytes, as many as nft has: the library needs some 100 KB, and koffi's threads have 128 KB. */
const stackSize = 8 << 20;

async function importKoffi(): Promise<Koffi> {
  try {
    return await import('koffi');
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw new Error(absent ? 'koffi is not installed' : `koffi does not work here: ${firstLine(error)}`);
  }
}

function load(koffi: Koffi, file: string): Library {
  try {
    return koffi.load(file);
  } catch (error) {
    throw new Error(`${file} is not on this machine (${firstLine(error)})`);
  }
}

/** Without netlink, the library ends the whole process where a context is made. */
function ensureNetlink(
  socket: KoffiFunc<(domain: number, type: number, protocol: number) => number>,
  close: KoffiFunc<(fd: number) => number>,
): void {
  const [AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER] = [16, 3, 12];
  const fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  if (fd < 0) throw new Error('this process may not open a socket to netfilter, or the kernel has none');
  close(fd);
}

/**
 * A signal, such as the one for the end of a child, would interrupt the library while it reads the kernel's answer: it
 * then says that the transaction failed, which has been applied. Other threads take signals meanwhile, or they wait.
 */
function withoutSignals(process: Library, run: Run): Run {
  const setMask = process.func('int pthread_sigmask(int how, const void *set, _Out_ void *old)');
  const [SIG_BLOCK, SIG_SETMASK] = [0, 2];
  const all = new Uint8Array(sizeOfMask).fill(0xff);
  const before = new Uint8Array(sizeOfMask);
  return (context, text) => {
    setMask(SIG_BLOCK, all, before);
    try {
      return run(context, text);
    } finally {
      setMask(SIG_SETMASK, before, null);
    }
  };
}

/** Bytes of a sigset_t, in glibc and musl. */
const sizeOfMask = 128;

function bindTrimMemory(process: Library): Libnftables['trimMemory'] {
  try {
    const trim: KoffiFunc<(pad: number) => number> = process.func('int malloc_trim(size_t pad)');
    const trimOnThread = promisify(trim.async);
    return () => trimOnThread(0);
  } catch {
    // Another libc than glibc, which gives memory back by itself.
    return async () => undefined;
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}
