import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { largeUnavailable, nftUnavailable } from './nft-namespace.ts';

const unavailable = (await nftUnavailable('library')) ?? (await largeUnavailable());

test('no signal interrupts a transaction of the library', async ({ skip }) => {
  skip(unavailable !== undefined, unavailable);
  const script = fileURLToPath(new URL('nft-signals.ts', import.meta.url));
  const { stdout } = await execa('unshare', ['--net', process.execPath, script], {
    env: { NODE_NO_WARNINGS: '1', NODE_OPTIONS: '' },
  });
  expect(JSON.parse(stdout)).toEqual([]);
});
