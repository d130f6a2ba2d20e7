import { expect, test } from 'vitest';
import { bareTable } from '../../../bench/nftables/bare-table.ts';
import { ChangingCluster } from '../../../bench/nftables/events.ts';
import { PlanBook } from '../../../src/plan/plan-book.ts';
import { ClusterState } from '../../../src/state/cluster-state.ts';

test('the bare table has the slots and the dispatch of each Service, chains without rules, and no counter', () => {
  const table = bareTable(plansOfTwoServices());
  expect(table).toContain(
    [
      'elements = { 10.96.0.0 . 80 . 0 : 10.128.0.0 . 8080',
      '10.96.0.0 . 80 . 1 : 10.128.0.1 . 8080',
      '10.96.0.1 . 80 . 0',
    ].join(',\n\t\t\t     '),
  );
  expect(table).toContain('10.96.0.1 . tcp . 80 : goto KUBE-SVC-tcp-random-2 }');
  expect(table).toContain('\tchain KUBE-SVC-tcp-random-2 {\n\t}');
  expect(table).not.toContain('counter');
});

function plansOfTwoServices() {
  const cluster = new ChangingCluster({ services: 0, endpoints: 2 });
  const state = new ClusterState('node-0');
  for (const change of [...cluster.addService(), ...cluster.addService()]) state.apply(change);
  const book = new PlanBook(state);
  book.update({
    nodeName: 'node-0',
    zone: '',
    nodeHints: true,
    nodeIPs: {},
    holder: (claim) => state.holder(claim),
  });
  return book.plans('IPv4');
}
