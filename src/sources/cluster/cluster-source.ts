import { type Source, SourceError, type SourceUpdate, type UpdateListener } from '../source.ts';
import type { ApiFailure } from './api-failure.ts';
import { Reflector, type ReflectorEvents } from './reflector.ts';
import { type Resource, resources } from './resources.ts';
import type { ApiTransport } from './transport.ts';

export interface ClusterSourceOptions {
  readonly transport: ApiTransport;
  /** The name of the Node object of this machine. */
  readonly nodeName: string;
  /** See `--service-proxy-name`; empty for the Services that name no proxy. */
  readonly serviceProxyName: string;
  /** `load` waits until the Node has pod CIDRs, by which pods' traffic is recognised. */
  readonly needsPodCIDRs: boolean;
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

/** Services, EndpointSlices, ServiceCIDRs and the own Node of a cluster, as its API server tells them. */
export function clusterSource(options: ClusterSourceOptions): Source {
  return new ClusterSource(options);
}

class ClusterSource implements Source {
  readonly #options: ClusterSourceOptions;
  readonly #ending = new AbortController();
  readonly #failed = Promise.withResolvers<never>();
  readonly #nodeReady = Promise.withResolvers<void>();
  #hasPodCIDRs = false;
  #listener: UpdateListener = () => {};
  #watching: Promise<unknown> = Promise.resolve();
  /** What came between `load` and `follow`. */
  #early: SourceUpdate[] = [];

  constructor(options: ClusterSourceOptions) {
    this.#options = options;
  }

  async load(listener: UpdateListener, signal = new AbortController().signal): Promise<void> {
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

  async follow(listener: UpdateListener, signal: AbortSignal): Promise<void> {
    for (const update of this.#early) listener(update);
    this.#early = [];
    this.#listener = listener;
    signal.addEventListener('abort', () => this.#ending.abort(), { once: true });
    if (signal.aborted) this.#ending.abort();
    await this.#watching;
  }

  #reflectors(): readonly Reflector[] {
    const { transport, nodeName, serviceProxyName, events, random = Math.random } = this.#options;
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
    const listener = (update: SourceUpdate) => this.#take(update);
    const common = { transport, listener, events: { ...events, failed, recovered }, random };
    const reflectors = resources(nodeName, serviceProxyName).map(
      (resource) => new Reflector({ ...common, resource }),
    );
    return reflectors;
  }

  #take(update: SourceUpdate): void {
    for (const change of update.changes) {
      if (change.kind !== 'Node') continue;
      this.#hasPodCIDRs = change.record !== undefined && change.record.podCIDRs.length > 0;
      if (this.#hasPodCIDRs) this.#nodeReady.resolve();
    }
    this.#listener(update);
  }

  async #everything(reflectors: readonly Reflector[]): Promise<void> {
    await Promise.all(reflectors.map(({ synced }) => synced));
    if (!this.#options.needsPodCIDRs || this.#hasPodCIDRs) return;
    const { nodeName, patient, events } = this.#options;
    if (!patient)
      throw new SourceError(`Node ${nodeName} has no spec.podCIDRs, which detectLocalMode NodeCIDR needs`);
    events.awaitsNode(nodeName);
    await this.#nodeReady.promise;
  }
}
