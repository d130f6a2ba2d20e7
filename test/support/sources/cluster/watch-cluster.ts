import { type ClusterSourceEvents, clusterSource } from '../../../../src/sources/cluster/cluster-source.ts';
import type { Source, SourceUpdate } from '../../../../src/sources/source.ts';
import { ClusterState } from '../../../../src/state/cluster-state.ts';
import type { ObjectKind } from '../../../../src/state/records.ts';
import type { ApiServer } from '../../apiserver/api-server.ts';
import type { MemoryTransportOptions } from '../../apiserver/connections/memory-transport.ts';
import type { LoggedRequest } from '../../apiserver/counters.ts';
import { Collected } from '../collect.ts';

interface WatchOptions extends MemoryTransportOptions {
  readonly serviceProxyName?: string;
  readonly random?: () => number;
  /** Told as well how it goes. */
  readonly events?: ClusterSourceEvents;
}

/** One who watches a server through a source: its node is `node-0`. Goes on by fake timers until `stop`. */
export class ClusterWatcher {
  readonly collected = new Collected();
  readonly state = new ClusterState('node-0');
  /** `Service streaming`, `Service pages`: each list that came to its end. */
  readonly listed: string[] = [];
  /** `Service expired 1500`: what went wrong, and for how many milliseconds it pauses. */
  readonly failed: string[] = [];
  /** Why, in the same order. */
  readonly reasons: string[] = [];
  readonly recovered: string[] = [];
  #loaded = false;
  readonly #ending = new AbortController();
  readonly #following: Promise<void>;

  constructor(server: ApiServer, options: WatchOptions = {}) {
    const source = this.#source(server, options);
    const listener = (update: SourceUpdate) => {
      this.collected.listener(update);
      for (const change of update.changes) this.state.apply(change);
    };
    this.#following = this.#follow(source, listener);
  }

  /** Whether everything that existed is known. */
  get isLoaded(): boolean {
    return this.#loaded;
  }

  /** Ends everything that it began. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#following;
  }

  /** The lists of a kind that came to their end. */
  lists(kind: ObjectKind): readonly string[] {
    return this.listed.filter((list) => list.startsWith(`${kind} `));
  }

  failures(kind: ObjectKind): readonly string[] {
    return this.failed.filter((failure) => failure.startsWith(`${kind} `));
  }

  #source(
    server: ApiServer,
    { serviceProxyName = '', random = () => 0.5, events, ...transport }: WatchOptions,
  ): Source {
    return clusterSource({
      transport: server.transport(transport),
      nodeName: 'node-0',
      serviceProxyName,
      needsPodCIDRs: false,
      patient: true,
      once: false,
      random,
      events: {
        listed: (resource, how, objects, gone) => {
          this.listed.push(`${resource.kind} ${how}`);
          events?.listed(resource, how, objects, gone);
        },
        failed: (resource, failure, pause) => {
          this.failed.push(`${resource.kind} ${failure.kind} ${pause}`);
          this.reasons.push(failure.message);
          events?.failed(resource, failure, pause);
        },
        recovered: (resource) => {
          this.recovered.push(resource.kind);
          events?.recovered(resource);
        },
        awaitsNode: () => {},
      },
    });
  }

  async #follow(source: Source, listener: (update: SourceUpdate) => void): Promise<void> {
    await source.load(listener, this.#ending.signal);
    this.#loaded = true;
    await source.follow(listener, this.#ending.signal);
  }
}

/** What was asked for a kind, in order; the look at a namespace whether the server has a version left out. */
export function asked(server: ApiServer, kind: ObjectKind): readonly LoggedRequest[] {
  return server.requests.filter((request) => request.kind === kind && request.namespace === undefined);
}

/** `streaming-list`, `watch from 7`. */
export function askedBriefly(server: ApiServer, kind: ObjectKind): readonly string[] {
  return asked(server, kind).map(({ verb, query }) =>
    query.resourceVersion === undefined ? verb : `${verb} from ${query.resourceVersion}`,
  );
}
