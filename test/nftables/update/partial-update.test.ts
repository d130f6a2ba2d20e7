import { describe, expect, test } from 'vitest';
import { Shapes } from '../../../src/nftables/content/shapes.ts';
import type { Transaction } from '../../../src/nftables/table/table-transaction.ts';
import { partialUpdate } from '../../../src/nftables/update/partial-update.ts';
import { TableState } from '../../../src/nftables/update/table-state.ts';
import { planService } from '../../../src/plan/plan-service.ts';
import type { ServicePortPlan } from '../../../src/plan/service-plan.ts';
import { tableOptions } from '../../support/nftables/proxy.ts';
import { context, endpoint, service, serviceKey, slice } from '../../support/records.ts';

const options = tableOptions('IPv4');

function plansWith(...hosts: number[]): readonly ServicePortPlan[] {
  const endpoints = hosts.map((host) => endpoint(`10.0.0.${host}`));
  return planService(service(), [slice(endpoints)], context());
}

describe('the state of a table, after partial updates', () => {
  function history(...states: (readonly ServicePortPlan[])[]) {
    const [state, shapes] = [new TableState(), new Shapes(options)];
    let before: readonly ServicePortPlan[] = [];
    const transactions: Transaction[] = [];
    for (const after of states) {
      const change = { service: serviceKey('default/web'), before, after };
      transactions.push(partialUpdate([change], state, shapes, options, transactions.length));
      before = after;
    }
    const hostsOf = ([plan]: readonly ServicePortPlan[]) =>
      plan === undefined ? [] : state.arranged(plan).slots.cluster.map(({ address }) => address);
    return { hostsOf, transactions };
  }

  test('knows which endpoint has which slot', () => {
    const now = plansWith(2, 3);
    expect(history(plansWith(1, 2, 3), now).hostsOf(now)).toEqual(['10.0.0.3', '10.0.0.2']);
  });

  test('has forgotten the slots of a Service that went', () => {
    const later = plansWith(2, 3);
    expect(history(plansWith(1, 2, 3), later, []).hostsOf(later)).toEqual(['10.0.0.2', '10.0.0.3']);
  });

  test('writes no slot and no chain for a Service that comes back at once as it was', () => {
    const { transactions } = history(plansWith(1, 2), [], plansWith(1, 2));
    const kinds = transactions[2]?.map((step) => `${step.kind} ${'set' in step ? step.set : ''}`);
    expect(kinds).toEqual(['add-elements services', 'add-elements cluster-ips']);
  });
});
