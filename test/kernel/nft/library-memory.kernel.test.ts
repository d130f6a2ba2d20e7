import { expect, test } from 'vitest';
import { nftNamespace, nftUnavailable } from '../../support/kernel/nft-namespace.ts';

const unavailable = await nftUnavailable('library');

test('100,000 transactions by the library, taken and refused, leave no memory behind', async ({ skip }) => {
  skip(unavailable !== undefined, unavailable);
  await using namespace = nftNamespace('library');
  const answer = await namespace.ask({ ask: 'growth over transactions', count: 100_000 });
  expect(answer).toEqual({ value: expect.toSatisfy((bytes: number) => bytes < 10e6) });
});
