import { answerJson, beginStream, type Connection } from '../../../src/lab/api/connections/connection.ts';
import type { Kind } from '../../../src/lab/api/kinds/kinds.ts';
import { failure, type Status } from '../../../src/lab/api/store/refusal.ts';
import type { Verb } from './verb.ts';

/**
 * Something that goes wrong with an answer. `after` counts the pieces that go out well before: events of a watch; a list
 * is one piece. It is 0 where it is absent.
 */
export type Fault =
  /** The connection breaks: before anything is answered, after the head, or in the middle of a piece. */
  | { readonly is: 'reset'; readonly at: 'request' | 'head' | 'piece'; readonly after?: number }
  /** The connection stays, and nothing more comes: from the request on, or after the head and some pieces. */
  | { readonly is: 'hang'; readonly at: 'request' | 'head'; readonly after?: number }
  /** So many characters at a time, each so many milliseconds after the last. */
  | { readonly is: 'drip'; readonly characters: number; readonly interval: number }
  /** An answer of this status, with a Status object that says so. */
  | { readonly is: 'status'; readonly code: number; readonly retryAfterSeconds?: number }
  /** Another text in place of the answer, as if all were well: that of another server, or of something in between. */
  | { readonly is: 'other'; readonly text: string }
  /** In place of a piece, text that is no JSON; then the end. */
  | { readonly is: 'garbage'; readonly after?: number }
  /** An end as if all were well: after the head, and some pieces. */
  | { readonly is: 'end'; readonly after?: number }
  /** Half a piece; then an end as if all were well. */
  | { readonly is: 'half'; readonly after?: number }
  /** Before a piece, an event of a type that nobody knows; then all goes on. For watches. */
  | { readonly is: 'unknown-event'; readonly after?: number };

/** Which requests a fault befalls: those that meet all that is given. */
export interface FaultFilter {
  readonly kind?: Kind;
  readonly verb?: Verb;
}

/** The faults to come. */
export class Faults {
  #planned: { readonly fault: Fault; readonly filter: FaultFilter; times: number }[] = [];

  plan(fault: Fault, filter: FaultFilter, times: number): void {
    this.#planned.push({ fault, filter, times });
  }

  clear(): void {
    this.#planned = [];
  }

  /** The first planned fault that befalls this request; once less from now on. */
  take(kind: Kind | undefined, verb: Verb): Fault | undefined {
    const found = this.#planned.find(
      ({ filter }) => (filter.kind ?? kind) === kind && (filter.verb ?? verb) === verb,
    );
    if (found === undefined) return undefined;
    found.times -= 1;
    this.#planned = this.#planned.filter(({ times }) => times > 0);
    return found.fault;
  }
}

/** A connection on which the fault happens, or `undefined` where the fault is all of the answer. */
export function inflict(fault: Fault, connection: Connection): Connection | undefined {
  switch (fault.is) {
    case 'status': {
      const { code, retryAfterSeconds } = fault;
      const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
      answerJson(connection, code, faultStatus(code, retryAfterSeconds), headers);
      return undefined;
    }
    case 'reset':
      if (fault.at === 'piece') return new CutConnection(connection, fault.after ?? 0, breakInHalf);
      if (fault.at === 'head') beginStream(connection);
      connection.reset();
      return undefined;
    case 'hang':
      if (fault.at === 'request') return undefined;
      return new CutConnection(connection, fault.after ?? 0, () => 'silence');
    case 'other':
      beginStream(connection);
      connection.write(fault.text);
      connection.end();
      return undefined;
    case 'end':
      if (fault.after !== undefined) return new CutConnection(connection, fault.after, endBefore);
      beginStream(connection);
      connection.end();
      return undefined;
    case 'garbage':
      return new CutConnection(connection, fault.after ?? 0, endWithGarbage);
    case 'half':
      return new CutConnection(connection, fault.after ?? 0, endInHalf);
    case 'unknown-event':
      return new CutConnection(connection, fault.after ?? 0, surprise);
    case 'drip':
      return new DripConnection(connection, fault.characters, fault.interval);
  }
}

/** What happens at the piece; afterwards all goes on, or nothing is sent any more. */
type Cut = (connection: Connection, piece: string) => 'go on' | 'silence';

function breakInHalf(connection: Connection, piece: string): 'silence' {
  connection.write(piece.slice(0, piece.length / 2));
  connection.reset();
  return 'silence';
}

function endInHalf(connection: Connection, piece: string): 'silence' {
  connection.write(piece.slice(0, piece.length / 2));
  connection.end();
  return 'silence';
}

function endBefore(connection: Connection): 'silence' {
  connection.end();
  return 'silence';
}

function endWithGarbage(connection: Connection): 'silence' {
  connection.write('<html><body>\n<h1>Bad Gateway</h1>\n');
  connection.end();
  return 'silence';
}

function surprise(connection: Connection, piece: string): 'go on' {
  connection.write('{"type":"SURPRISE","object":{"kind":"Surprise","apiVersion":"v1","metadata":{}}}\n');
  connection.write(piece);
  return 'go on';
}

/** All is well for some pieces; then the cut. */
class CutConnection implements Connection {
  readonly #connection: Connection;
  readonly #cut: Cut;
  #left: number;
  #state: 'before' | 'go on' | 'silence' = 'before';

  constructor(connection: Connection, after: number, cut: Cut) {
    this.#connection = connection;
    this.#left = after;
    this.#cut = cut;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#connection.head(status, headers);
  }

  write(text: string): void {
    if (this.#state === 'silence') return;
    if (this.#state === 'go on' || this.#left > 0) this.#connection.write(text);
    else this.#state = this.#cut(this.#connection, text);
    this.#left -= 1;
  }

  end(): void {
    if (this.#state !== 'silence') this.#connection.end();
  }

  reset(): void {
    this.#connection.reset();
  }

  onClose(listener: () => void): void {
    this.#connection.onClose(listener);
  }
}

/** Every piece in small parts, one by one. */
class DripConnection implements Connection {
  readonly #connection: Connection;
  readonly #characters: number;
  readonly #timer: NodeJS.Timeout;
  #rest = '';
  #ending = false;

  constructor(connection: Connection, characters: number, interval: number) {
    this.#connection = connection;
    this.#characters = characters;
    this.#timer = setInterval(() => this.#drip(), interval);
    connection.onClose(() => clearInterval(this.#timer));
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#connection.head(status, headers);
  }

  write(text: string): void {
    this.#rest += text;
  }

  end(): void {
    this.#ending = true;
  }

  reset(): void {
    this.#connection.reset();
  }

  onClose(listener: () => void): void {
    this.#connection.onClose(listener);
  }

  #drip(): void {
    if (this.#rest !== '') this.#connection.write(this.#rest.slice(0, this.#characters));
    this.#rest = this.#rest.slice(this.#characters);
    if (this.#rest === '' && this.#ending) this.#connection.end();
  }
}

/** The words of the real server for the codes that a fault may ask for. */
function faultStatus(code: number, retryAfterSeconds: number | undefined): Status {
  const [reason, message] = faultWords[code] ?? ['InternalError', `Internal error occurred: fault ${code}`];
  return failure(code, reason, message, retryAfterSeconds === undefined ? undefined : { retryAfterSeconds });
}

const faultWords: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'forbidden: User "system:anonymous" cannot list resource'],
  404: ['NotFound', 'the server could not find the requested resource'],
  410: ['Expired', 'too old resource version: 1 (2)'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: etcdserver: leader changed'],
  503: ['ServiceUnavailable', 'apiserver not ready'],
};
