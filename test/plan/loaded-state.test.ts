import { expect, test } from 'vitest';
import { balanceProblems } from '../../src/plan/loaded-state.ts';
import { formatProblem } from '../../src/state/problem.ts';
import { balances } from '../../src/state/records.ts';
import { service, serviceKey } from '../support/records.ts';

test('in mode iptables every Service that asks for another balance than random is told of it', () => {
  const services = balances.map((balance) => service({ key: serviceKey(`shop/${balance}`), balance }));
  expect([...balanceProblems(services)].map(formatProblem)).toEqual([
    'Service shop/round-robin: metadata.annotations["portolan.dev/balance"]: "round-robin" needs mode nftables; mode iptables uses random',
    'Service shop/source-hash: metadata.annotations["portolan.dev/balance"]: "source-hash" needs mode nftables; mode iptables uses random',
    'Service shop/maglev: metadata.annotations["portolan.dev/balance"]: "maglev" needs mode nftables; mode iptables uses random',
  ]);
});
