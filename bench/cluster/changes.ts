import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../test/support/cluster/api-client.ts';
import { monotonic } from '../nftables/commits.ts';
import { type Quantiles, quantilesOf } from '../nftables/quantiles.ts';
import type { KernelWatch } from './kernel.ts';
import { namespace } from './objects.ts';

/** Milliseconds of PATCHes that replace an endpoint. */
export interface ChangeTimes {
  /** From sending it until the new endpoint is in the kernel. */
  readonly programmed: Quantiles;
  /** Until the server's answer is read. */
  readonly answered: Quantiles;
  /** From the answer until the new endpoint is in the kernel; below zero where it was there before the answer. */
  readonly difference: Quantiles;
}

/** Milliseconds between two changes: long enough that each comes alone. */
const pause = 10;
/** Milliseconds until a change must be in the kernel. */
const patience = 60_000;

/**
 * Replaces an endpoint each of `count` of so many Services, from all of the cluster, when the one before is in the kernel.
 * Each `round` has new addresses.
 */
export async function changeEndpoints(
  api: ApiClient,
  kernel: KernelWatch,
  { services, count, round }: { readonly services: number; readonly count: number; readonly round: number },
): Promise<ChangeTimes> {
  const times: { readonly programmed: number; readonly answered: number }[] = [];
  for (let change = 0; change < count; change++) {
    const index = Math.floor((change * services) / count);
    times.push(await changeEndpoint(api, kernel, index, newAddress(round * 10_000 + change)));
    await delay(pause);
  }
  return {
    programmed: quantilesOf(times.map(({ programmed }) => programmed)),
    answered: quantilesOf(times.map(({ answered }) => answered)),
    difference: quantilesOf(times.map(({ programmed, answered }) => programmed - answered)),
  };
}

async function changeEndpoint(api: ApiClient, kernel: KernelWatch, index: number, value: string) {
  const taken = kernel.taken(value, patience);
  const sent = monotonic();
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/svc-${index}-1`;
  const body = [{ op: 'replace', path: '/endpoints/0/addresses/0', value }];
  const [programmed, answered] = await Promise.all([taken, api.patch(path, body, 'json').then(monotonic)]);
  return { programmed: programmed - sent, answered: answered - sent };
}

/** Of a part of the pods' network where no endpoint is at first. */
function newAddress(number: number): string {
  // Its last bytes are not zero: such bytes stand everywhere in what the kernel tells.
  const shifted = number + 0x0101;
  return `10.${240 + (shifted >> 16)}.${(shifted >> 8) & 255}.${shifted & 255}`;
}
