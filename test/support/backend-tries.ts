import { ToolError } from '../../src/backend/failure.ts';
import { findRefused } from '../../src/backend/find-refused.ts';
import type { ServiceKey } from '../../src/state/records.ts';
import { serviceKey } from './records.ts';

export function services(count: number): readonly ServiceKey[] {
  return Array.from({ length: count }, (_, at) => serviceKey(`default/s${at}`));
}

/** Finds the refused ones, and counts the tries and the largest group of them. */
export async function find(all: readonly ServiceKey[], refused: ReadonlySet<ServiceKey>, largest?: number) {
  const groups: number[] = [];
  const refusalOf = async (some: readonly ServiceKey[]) => {
    groups.push(some.length);
    const first = some.find((service) => refused.has(service));
    return first === undefined ? undefined : new ToolError('refused', `not ${first}`);
  };
  const found = await Array.fromAsync(findRefused(all, refusalOf, largest));
  return { found: new Map(found), tries: groups.length, largest: Math.max(0, ...groups) };
}
