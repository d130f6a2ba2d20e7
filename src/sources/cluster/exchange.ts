import { ApiFailure, failureOfAnswer, failureOfError } from './api-failure.ts';
import type { ApiRequest, ApiTransport } from './transport.ts';

/**
 * Asks the API server, and hands over the answer's text as it arrives; first an empty text, which says that it is a good
 * answer. Throws an `ApiFailure`; also where no head arrives for 30 s, or nothing of the body for `silence` milliseconds.
 */
export async function* exchange(
  transport: ApiTransport,
  request: Omit<ApiRequest, 'signal'>,
  signal: AbortSignal,
  silence: () => number,
): AsyncGenerator<string> {
  const ending = new AbortController();
  const end = () => ending.abort();
  const watchdog = new Watchdog(silence, end);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    const { status, retryAfter, body } = await transport.send({ ...request, signal: ending.signal });
    watchdog.answered();
    if (status !== 200 && status !== 201) throw failureOfAnswer(status, await beginning(body), retryAfter);
    yield '';
    for await (const chunk of body) {
      yield chunk;
      // Only now: what came may decide how long the next silence may last.
      watchdog.calm();
    }
  } catch (error) {
    throw watchdog.failure ?? failureOfError(error);
  } finally {
    watchdog.stop();
    signal.removeEventListener('abort', end);
    end();
  }
}

/** Cuts the text of a watch into lines while it arrives; each is an event. */
export class Lines {
  #rest = '';

  /** The lines that this chunk completes, empty ones left out. */
  push(chunk: string): readonly string[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter((line) => line.trim() !== '');
  }

  /** Whether the text ends in the middle of a line. */
  get isBroken(): boolean {
    return this.#rest.trim() !== '';
  }
}

/** Milliseconds. A server that has much to do lets a request wait for its turn. */
const headSilence = 30_000;

/** Barks when it was not calmed for too long. */
class Watchdog {
  readonly #silence: () => number;
  readonly #bark: () => void;
  #timer: NodeJS.Timeout | undefined;
  #failure: ApiFailure | undefined;
  #answered = false;

  constructor(silence: () => number, bark: () => void) {
    this.#silence = silence;
    this.#bark = bark;
    this.calm();
  }

  get failure(): ApiFailure | undefined {
    return this.#failure;
  }

  answered(): void {
    this.#answered = true;
    this.calm();
  }

  calm(): void {
    clearTimeout(this.#timer);
    const silence = this.#answered ? Math.max(0, this.#silence()) : headSilence;
    this.#timer = setTimeout(() => {
      const kind = this.#answered ? 'silent' : 'unavailable';
      this.#failure = new ApiFailure(kind, `nothing came from the API server for ${silence / 1000} s`);
      this.#bark();
    }, silence);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

const longestMessage = 10_000;

async function beginning(body: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += chunk;
    if (text.length > longestMessage) break;
  }
  return text;
}
