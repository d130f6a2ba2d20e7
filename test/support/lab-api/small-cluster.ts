import { createStore } from '../../../src/lab/api/create-store.ts';
import type { Pod } from '../../../src/lab/api/kinds/kinds.ts';
import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';
import type { ObjectStore } from '../../../src/lab/api/store/object-store.ts';
import { type Controllers, startControllers } from '../../../src/lab/controllers/start-controllers.ts';
import { type Cidr, parseCidr } from '../../../src/net/cidr.ts';
import type { Family } from '../../../src/net/family.ts';
import { node } from './objects.ts';

interface Options {
  /** Of Nodes `node-0` and on, each in its zone; `''` for none. */
  readonly zones?: readonly string[];
  readonly families?: readonly Family[];
}

/** A store and its controllers; the tests are the kubelets. */
export class SmallCluster implements Disposable {
  readonly store: ObjectStore;
  /** What the controllers were refused. */
  readonly errors: unknown[] = [];
  readonly #controllers: Controllers;
  #addresses = 0;

  constructor({ zones = ['', '', ''], families = ['IPv4'] }: Options = {}) {
    this.store = createStore({ families });
    for (const [index, zone] of zones.entries())
      this.store.create(node(`node-${index}`, zone === '' ? {} : { 'topology.kubernetes.io/zone': zone }));
    const podCIDRs = Object.fromEntries(families.map((family) => [family, cidr(podRanges[family])]));
    const onError = (controller: string, error: unknown) => this.errors.push(`${controller}: ${error}`);
    this.#controllers = startControllers({ store: this.store, podCIDRs, onError });
  }

  /** All controllers have nothing left to do. */
  async settle(...objects: readonly ApiObject[]): Promise<void> {
    for (const object of objects) this.store.create(object);
    await this.#controllers.settled();
  }

  /** The kubelets start what is scheduled, and end what is to go, until nothing is left to do. */
  async run(...objects: readonly ApiObject[]): Promise<void> {
    await this.settle(...objects);
    for (let version = -1; version !== this.store.version; ) {
      version = this.store.version;
      for (const pod of this.store.list('Pod')) this.#kubelet(pod);
      await this.#controllers.settled();
    }
  }

  pods(namespace = 'default'): readonly Pod[] {
    return this.store.list('Pod', namespace);
  }

  setReady(key: string, isReady: boolean): void {
    this.store.modify(
      'Pod',
      key,
      (pod) => ({ ...pod, status: { ...pod.status, conditions: [ready(isReady)] } }),
      { part: 'status' },
    );
  }

  [Symbol.dispose](): void {
    this.#controllers[Symbol.dispose]();
  }

  #kubelet(pod: Pod): void {
    const { name, namespace, deletionTimestamp } = pod.metadata;
    const key = `${namespace}/${name}`;
    if (pod.spec.nodeName === undefined) return;
    if (deletionTimestamp !== undefined) this.store.remove('Pod', key, { gracePeriodSeconds: 0 });
    else if (pod.status?.podIP === undefined) this.#start(pod);
  }

  #start(pod: Pod): void {
    if (this.store.get('Node', pod.spec.nodeName ?? '') === undefined) return;
    this.#addresses += 1;
    const ranges = this.store.get('Node', pod.spec.nodeName ?? '')?.spec?.podCIDRs ?? [];
    const podIPs = ranges.map((range) => ({ ip: addressIn(range, this.#addresses) }));
    const status = { phase: 'Running', podIP: podIPs[0]?.ip, podIPs, conditions: [ready(true)] };
    this.store.update({ ...pod, status }, { part: 'status' });
  }
}

const podRanges: Readonly<Record<Family, string>> = { IPv4: '10.244.0.0/16', IPv6: 'fd00:244::/56' };

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no network`);
  return parsed;
}

/** No two Pods have the same, on whatever Node. */
function addressIn(range: string, number: number): string {
  return range.includes(':')
    ? range.replace(/::\/.*/, `::${number.toString(16)}`)
    : range.replace(/\.\d+\.\d+\/.*/, `.${Math.floor(number / 250)}.${(number % 250) + 1}`);
}

function ready(isReady: boolean) {
  return { type: 'Ready', status: isReady ? 'True' : 'False' };
}
