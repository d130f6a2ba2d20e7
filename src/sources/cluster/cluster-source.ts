import type { ObjectChange } from '../../state/object-kinds.ts';
import type { Change } from '../../state/records.ts';
import { type Reduce, reduceObject } from '../../state/reduce-object.ts';
import { type Source, SourceError, type SourceUpdate, type UpdateListener } from '../source.ts';
import type { ApiFailure } from './api-failure.ts';
import { Reflector, type ReflectorEvents } from './reflector.ts';
import { type Resource, resources } from './resources.ts';
import type { ApiTransport } from './transport.ts';

/** What a proxy says of the objects that it wants. */
export interface ProxyObjects {
  /** The name of the Node object of this machine. */
  readonly nodeName: string;
  /** See `--service-proxy-name`; empty for the Services that name no proxy. */
  readonly serviceProxyName: string;
  /** `load` waits until the Node has pod CIDRs, by which pods' traffic is recognised. */
  readonly needsPodCIDRs: boolean;
}

/** Which objects of a cluster somebody wants, and what is kept of them. */
export interface WantedObjects<C extends ObjectChange> {
  readonly resources: readonly Resource[];
  readonly reduce: Reduce<C>;
  /** `load` waits until the Node of this name has pod CIDRs. */
  readonly nodeWithPodCIDRs?: NodeWithPodCIDRs<C>;
}

export interface NodeWithPodCIDRs<C extends ObjectChange> {
  readonly name: string;
  /** Whether there is such a Node; `undefined` of another object. */
  isThere(change: C): boolean | undefined;
}

export interface WatchOptions {
  readonly transport: ApiTransport;
  /** Whether `load` goes on trying after a failure; else it throws. */
  readonly patient: boolean;
  /** Nothing is watched after `load`, and `follow` never called. */
  readonly once: boolean;
  readonly events: ClusterSourceEvents;
  /** From 0 to 1; `Math.random` where it is absent. */
  readonly random?: () => number;
}

export interface ClusterSourceEvents extends ReflectorEvents {
  /** The Node is not there, or has no pod CIDRs; it is waited for. */
  awaitsNode(nodeName: string): void;
}

export type ClusterSourceOptions = WatchOptions & ProxyObjects;

/** Services, EndpointSlices, ServiceCIDRs and the own Node of a cluster, as its API server tells them. */
export function clusterSource(options: ClusterSourceOptions): Source {
  return clusterSourceOf(proxyObjects(options), options);
}

export function proxyObjects({
  nodeName,
  serviceProxyName,
  needsPodCIDRs,
}: ProxyObjects): WantedObjects<Change> {
  const wanted = { resources: resources(nodeName, serviceProxyName), reduce: reduceObject };
  if (!needsPodCIDRs) return wanted;
  const isThere = (change: Change) =>
    change.kind === 'Node' ? change.record !== undefined && change.record.podCIDRs.length > 0 : undefined;
  return { ...wanted, nodeWithPodCIDRs: { name: nodeName, isThere } };
}

/** `clusterSource` for who wants other objects than a proxy. */
export function clusterSourceOf<C extends ObjectChange>(
  wanted: WantedObjects<C>,
  options: WatchOptions,
): Source<C> {
  return new ClusterSource(wanted, options);
}

class ClusterSource<C extends ObjectChange> implements Source<C> {
  readonly #wanted: WantedObjects<C>;
  readonly #options: WatchOptions;
  readonly #ending = new AbortController();
  readonly #failed = Promise.withResolvers<never>();
  readonly #nodeReady = Promise.withResolvers<void>();
  #hasPodCIDRs = false;
  #listener: UpdateListener<C> = () => {};
  #watching: Promise<unknown> = Promise.resolve();
  /** What came between `load` and `follow`. */
  #early: SourceUpdate<C>[] = [];

  constructor(wanted: WantedObjects<C>, options: WatchOptions) {
    this.#wanted = wanted;
    this.#options = options;
  }

  async load(listener: UpdateListener<C>, signal = new AbortController().signal): Promise<void> {
    if (signal.aborted) return;
    const ended = Promise.withResolvers<void>();
    // Also after `load`: `follow` may never be called then.
    signal.addEventListener('abort', () => this.#ending.abort(), { once: true });
    this.#ending.signal.addEventListener('abort', () => ended.resolve(), { once: true });
    this.#listener = listener;
    const reflectors = this.#reflectors();
    this.#watching = Promise.all(reflectors.map((reflector) => reflector.run(this.#ending.signal)));
    try {
      await Promise.race([this.#everything(reflectors), this.#failed.promise, ended.promise]);
    } finally {
      this.#listener = (update) => this.#early.push(update);
      if (this.#options.once) this.#ending.abort();
    }
  }

  async follow(listener: UpdateListener<C>, signal: AbortSignal): Promise<void> {
    for (const update of this.#early) listener(update);
    this.#early = [];
    this.#listener = listener;
    signal.addEventListener('abort', () => this.#ending.abort(), { once: true });
    if (signal.aborted) this.#ending.abort();
    await this.#watching;
  }

  #reflectors(): readonly Reflector<C>[] {
    const { transport, events, random = Math.random } = this.#options;
    const { resources, reduce } = this.#wanted;
    const failed = (resource: Resource, failure: ApiFailure, pause: number) => {
      events.failed(resource, failure, pause);
      const goesOn = failure.kind === 'doubtful' || (resource.optional && failure.kind === 'refused');
      if (!this.#options.patient && !goesOn)
        this.#failed.reject(new SourceError(`${resource.kind}s cannot be listed: ${failure.message}`));
    };
    // After an outage the last one would else come half a minute after the first.
    const recovered = (resource: Resource) => {
      events.recovered(resource);
      for (const reflector of reflectors) reflector.hurry();
    };
    const listener = (update: SourceUpdate<C>) => this.#take(update);
    const common = { transport, reduce, listener, events: { ...events, failed, recovered }, random };
    const reflectors = resources.map((resource) => new Reflector({ ...common, resource }));
    return reflectors;
  }

  #take(update: SourceUpdate<C>): void {
    const { nodeWithPodCIDRs: node } = this.#wanted;
    for (const change of node === undefined ? [] : update.changes) {
      this.#hasPodCIDRs = node?.isThere(change) ?? this.#hasPodCIDRs;
      if (this.#hasPodCIDRs) this.#nodeReady.resolve();
    }
    this.#listener(update);
  }

  async #everything(reflectors: readonly Reflector<C>[]): Promise<void> {
    await Promise.all(reflectors.map(({ synced }) => synced));
    const { nodeWithPodCIDRs: node } = this.#wanted;
    if (node === undefined || this.#hasPodCIDRs) return;
    const { patient, events } = this.#options;
    if (!patient)
      throw new SourceError(`Node ${node.name} has no spec.podCIDRs, which detectLocalMode NodeCIDR needs`);
    events.awaitsNode(node.name);
    await this.#nodeReady.promise;
  }
}
