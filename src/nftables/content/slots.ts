import { formatEndpoint, parseAddress } from '../../net/address.ts';
import type { Endpoint } from '../../plan/service-plan.ts';
import type { Balance } from '../../state/records.ts';
import type { Data } from '../table/table.ts';
import { maglevSize, maglevTable } from './maglev.ts';

/** The endpoint of each slot, counted from 0. */
export type Slots = readonly Endpoint[];

/**
 * Assigns slots to endpoints. For random and round-robin each has one and keeps it, so that few elements change; the
 * last endpoint moves into the slot of a removed one. For hashes of the client, slots depend on the endpoints alone, so
 * that all nodes send a client to the same endpoint.
 */
export function arrangeSlots(balance: Balance, before: Slots, endpoints: readonly Endpoint[]): Slots {
  switch (balance) {
    case 'random':
    case 'round-robin':
      return before.length === 0 ? endpoints : keepPlaces(before, endpoints);
    case 'source-hash':
      return endpoints;
    case 'maglev':
      return endpoints.length < 2 ? endpoints : maglevSlots(endpoints);
  }
}

/** How many slots so many endpoints have. */
export function slotCount(balance: Balance, endpoints: number): number {
  return balance === 'maglev' && endpoints > 1 ? maglevSize(endpoints) : endpoints;
}

/** The data of a slot's element. */
export function slotData({ address, port }: Endpoint): Data {
  return `${address} . ${port}` as Data;
}

/** The endpoint of a slot; `undefined` if the element is missing or malformed. */
export function parseSlotData(data: Data | undefined): Endpoint | undefined {
  const [text = '', port] = data?.split(' . ') ?? [];
  const address = parseAddress(text);
  return address === undefined ? undefined : { address, port: Number(port) };
}

function keepPlaces(before: Slots, endpoints: readonly Endpoint[]): Slots {
  const waiting = new Map(endpoints.map((endpoint) => [textOf(endpoint), endpoint]));
  const kept = Array.from({ length: endpoints.length }, (_, slot) => {
    const previous = before[slot];
    const text = previous === undefined ? '' : textOf(previous);
    const endpoint = waiting.get(text);
    waiting.delete(text);
    return endpoint;
  });
  const others = waiting.values();
  const slots = kept.flatMap((endpoint) => endpoint ?? others.next().value ?? []);
  // Sharing the list saves memory.
  return slots.every((endpoint, slot) => endpoint === endpoints[slot]) ? endpoints : slots;
}

function maglevSlots(endpoints: readonly Endpoint[]): Slots {
  return maglevTable(endpoints.map(textOf)).flatMap((index) => endpoints[index] ?? []);
}

function textOf({ address, port }: Endpoint): string {
  return formatEndpoint(address, port);
}
