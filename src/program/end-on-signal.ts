import { exitStatus } from './exit-status.ts';

/** Milliseconds. What is under way has 5 s to finish, and its children 5 s more to end; the kubelet kills after 30 s. */
const longestEnd = 15_000;

/** Listens for SIGINT and SIGTERM from now on: what is under way is finished, and then the process ends. `remains` is what stays. */
export function endOnSignal(logger: EndingLog, remains: string): AbortController {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Not `once`: execa would find that nobody listens any more while a child of its runs, and end this process.
    process.on(signal, () => {
      logger.info({ signal }, `ending; ${remains}`);
      if (!ending.signal.aborted) endAnyway(logger);
      ending.abort();
    });
  }
  return ending;
}

/** What goes on after that and heeds no signal, such as a look at the node by a child that hangs, ends with the process. */
function endAnyway(logger: EndingLog): void {
  setTimeout(() => {
    logger.warn('something under way does not end; ending without it');
    process.exit(exitStatus.ok);
  }, longestEnd).unref();
}

/** What hears of the end. */
interface EndingLog {
  info(fields: { readonly signal: string }, message: string): void;
  warn(message: string): void;
}
