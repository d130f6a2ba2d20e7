import type { Watch } from '../../../src/lab/api/answers/answer-watch.ts';
import {
  answerJson,
  type Connection,
  type ServerRequest,
} from '../../../src/lab/api/connections/connection.ts';
import type { Kind } from '../../../src/lab/api/kinds/kinds.ts';
import type { ApiObject, StoredObject } from '../../../src/lab/api/store/api-object.ts';
import { ObjectStore } from '../../../src/lab/api/store/object-store.ts';
import { Refusal, type Status } from '../../../src/lab/api/store/refusal.ts';
import { targetOf } from '../../../src/lab/api/store/target.ts';
import type { Backup } from '../../../src/lab/api/store/versioned-objects.ts';
import type { ApiTransport } from '../../../src/sources/cluster/transport.ts';
import { answerVaried } from './answer-varied.ts';
import { type Listening, type ListenOptions, listen } from './connections/listen.ts';
import { type MemoryTransportOptions, memoryTransport } from './connections/memory-transport.ts';
import { OpenConnection } from './connections/open-connection.ts';
import { type Counts, countRequests, type LoggedRequest, verbOf } from './counters.ts';
import { type Fault, type FaultFilter, Faults, inflict } from './faults.ts';
import { type TestSettings, testSettings } from './settings.ts';

/**
 * What a service proxy needs of a Kubernetes API server, in memory: it answers as the real one does (1.36), and goes
 * wrong on demand. Objects are put and removed by calls; clients reach it by `transport`, or over HTTP by `listen`.
 */
export class ApiServer {
  /** May be changed at any time; what is open stays as it is. */
  readonly settings: TestSettings;
  readonly #store: ObjectStore;
  readonly #faults = new Faults();
  readonly #requests: LoggedRequest[] = [];
  readonly #open = new Map<OpenConnection, Watch | undefined>();
  #down = false;

  /** `resourceVersion`: of what happened before. */
  constructor(options: Partial<TestSettings> & { readonly resourceVersion?: number } = {}) {
    const { resourceVersion = 1, ...settings } = options;
    this.settings = { ...testSettings, ...settings };
    this.#store = new ObjectStore({ version: resourceVersion, nextUid: countingUids(), managedFields: true });
    this.#store.watch((change) => {
      for (const watch of [...this.#open.values()])
        if (watch?.resource.kind === change.kind) watch.take(change);
    });
  }

  /** Creates or replaces objects, unchecked; returns the resourceVersion of the last. */
  put(...objects: readonly ApiObject[]): string {
    for (const object of objects) this.#store.put(object);
    return this.resourceVersion;
  }

  /** `key` is `namespace/name`, or the name of what has no namespace. Throws where there is no such object. */
  remove(kind: Kind, key: string): string {
    this.#store.remove(kind, key);
    return this.resourceVersion;
  }

  /** In the order of their keys. */
  objects(kind: Kind): readonly StoredObject[] {
    return this.#store.list(kind);
  }

  /** `key` as for `remove`. */
  get(kind: Kind, key: string): StoredObject | undefined {
    return this.#store.get(kind, key);
  }

  /** The events (events.k8s.io/v1) that clients wrote. */
  get events(): readonly StoredObject[] {
    return this.#store.list('Event');
  }

  /** Of the last change. */
  get resourceVersion(): string {
    return String(this.#store.version);
  }

  /** Other objects than these change, up to this version. */
  skipTo(resourceVersion: number): string {
    this.#store.skipTo(resourceVersion);
    return this.resourceVersion;
  }

  /** What happened up to this version (now, if absent) is forgotten; open watches go on. */
  compact(resourceVersion = this.#store.version): void {
    this.#store.compact(resourceVersion);
  }

  /** All connections break, and what happened so far is forgotten, unless `keepHistory`. */
  restart({ keepHistory = false }: { readonly keepHistory?: boolean } = {}): void {
    if (!keepHistory) this.compact();
    this.breakConnections();
  }

  /** The state of now, for `restore`. */
  backup(): Backup {
    return this.#store.backup();
  }

  /** etcd is restored from a backup: objects and versions go back, all connections break. */
  restore(backup: Backup): void {
    this.#store.restore(backup);
    this.breakConnections();
  }

  /** Until `comeUp`, connections break at once. */
  goDown(): void {
    this.#down = true;
    this.breakConnections();
  }

  comeUp(): void {
    this.#down = false;
  }

  /** Befalls the next `times` requests that meet the filter. Of several faults, the one planned first comes first. */
  fail(fault: Fault, { times = 1, ...filter }: FaultFilter & { readonly times?: number } = {}): void {
    this.#faults.plan(fault, filter, times);
  }

  /** Nothing that was planned happens any more. */
  heal(): void {
    this.#faults.clear();
  }

  /** What is open breaks. */
  breakConnections(filter: FaultFilter = {}): void {
    for (const connection of this.#connections(filter)) connection.reset();
  }

  /** What is open ends, as if its time were over. */
  endConnections(filter: FaultFilter = {}): void {
    for (const connection of this.#connections(filter)) connection.end();
  }

  /** What is open stays open, and nothing more comes: a network that swallows everything. */
  muteConnections(filter: FaultFilter = {}): void {
    for (const connection of this.#connections(filter)) connection.mute();
  }

  /** Everything that was asked, in order. */
  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  /** Of one kind, or of all. */
  counts(kind?: Kind): Counts {
    const open = [...this.#open.values()].filter(
      (watch) => watch !== undefined && (kind ?? watch.resource.kind) === watch.resource.kind,
    );
    return countRequests(this.#requests, kind, open.length);
  }

  /** Forgets what was asked so far. */
  resetCounts(): void {
    this.#requests.length = 0;
  }

  /** Reaches this server without a network; works under fake timers. */
  transport(options: MemoryTransportOptions = {}): ApiTransport {
    return memoryTransport((request, connection) => this.handle(request, connection), options);
  }

  /** Serves HTTP, or HTTPS, on 127.0.0.1. */
  listen(options: ListenOptions = {}): Promise<Listening> {
    return listen((request, connection) => this.handle(request, connection), options);
  }

  /** Answers a request, whatever carries it. */
  handle(request: ServerRequest, carrier: Connection): void {
    const target = targetOf(request.path);
    const kind = target?.resource.kind === 'Event' ? undefined : target?.resource.kind;
    const verb = verbOf(request, target?.name);
    const fault = this.#down ? undefined : this.#faults.take(kind, verb);
    const namespace = target?.namespace;
    const logged: LoggedRequest = {
      ...request,
      kind,
      verb,
      namespace,
      at: Date.now(),
      status: undefined,
      fault,
    };
    this.#requests.push(logged);
    const connection = new OpenConnection(carrier, logged);
    this.#open.set(connection, undefined);
    carrier.onClose(() => this.#open.delete(connection));
    if (this.#down) connection.reset();
    else this.#answer(logged, connection);
  }

  #answer(request: LoggedRequest, connection: OpenConnection): void {
    const way = request.fault === undefined ? connection : inflict(request.fault, connection);
    if (way === undefined) return;
    const told = ({ code }: Status) => {
      request.status = code;
    };
    const refuse = ({ status }: Refusal) => {
      told(status);
      const seconds = status.details?.retryAfterSeconds;
      answerJson(way, status.code, status, seconds === undefined ? {} : { 'retry-after': String(seconds) });
    };
    request.status = 200;
    try {
      const to = { connection: way, refuse, told };
      const watch = answerVaried(this.#store, this.settings, request, to);
      if (this.#open.has(connection)) this.#open.set(connection, watch);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(error);
    }
  }

  #connections({ kind, verb }: FaultFilter): readonly OpenConnection[] {
    return [...this.#open.keys()].filter(
      ({ request }) => (kind ?? request.kind) === request.kind && (verb ?? request.verb) === request.verb,
    );
  }
}

/** The same in every run. */
function countingUids(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
  };
}
