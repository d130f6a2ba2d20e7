import { describe, expect, test } from 'vitest';
import { casesOf, inOrder } from '../../../bench/dataplane/cases.ts';

const service = { clusterIP: '10.96.0.1', podAddress: '10.128.0.1' };
const nodes = ['a', 'b', 'c'].map((node) =>
  casesOf(node, { proxy: 'Portolan', mode: 'nftables' }, 10, { middle: service, last: service }),
);

function orderIn(round: number): readonly string[] {
  return inOrder(nodes, round).map(([{ target }, { node }]) => `${node} ${target}`);
}

describe('the cases of a round', () => {
  test('begin with another node than in the round before, all of a node in a row', () => {
    expect(orderIn(1)).toEqual(['b pod', 'b last', 'c pod', 'c last', 'a pod', 'a last']);
    expect(orderIn(3)).toEqual(['a pod', 'a last', 'b pod', 'b last', 'c pod', 'c last']);
  });

  test('go backwards in every other one', () => {
    expect(orderIn(2)).toEqual(['b last', 'b pod', 'a last', 'a pod', 'c last', 'c pod']);
  });
});
