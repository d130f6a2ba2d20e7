import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { largeUnavailable, nftUnavailable } from '../../support/kernel/nft-namespace.ts';

const unavailable = (await nftUnavailable('library')) ?? (await largeUnavailable());

test('no signal interrupts a small transaction; a large one, on a thread, says so', async ({ skip }) => {
  skip(unavailable !== undefined, unavailable);
  const script = fileURLToPath(new URL('../../support/kernel/nft-signals.ts', import.meta.url));
  const { stdout } = await execa('unshare', ['--net', process.execPath, script], {
    env: { NODE_NO_WARNINGS: '1', NODE_OPTIONS: '' },
  });
  const { small, large } = JSON.parse(stdout);
  expect(small).toEqual([]);
  expect(large.filter((failure: string) => failure !== 'interrupted')).toEqual([]);
});
