import { spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import type { ToolError } from '../../../src/backend/failure.ts';
import { nftTool } from '../../../src/kernel/nft/choose-nft-tool.ts';

// Makes transactions, small and large, while another process sends signals without pause; prints how each kind failed.
const { tool } = await nftTool({ method: 'library' });
const elements = (third: number, count: number) =>
  Array.from({ length: count }, (_, n) => `10.${third}.${n >> 8}.${n & 255} : goto c`).join(', ');
await tool.apply(`add table ip t
add chain ip t c
add map ip t m { type ipv4_addr : verdict; }
add chain ip t prerouting { type filter hook prerouting priority 0; }
add rule ip t prerouting ip daddr vmap @m
add element ip t m { ${elements(96, 20_000)} }
`);
let signals = 0;
const failures = { small: [] as string[], large: [] as string[] };
process.on('SIGWINCH', () => {
  signals += 1;
});
const sender = spawn('sh', ['-c', `while kill -WINCH ${process.pid}; do :; done`]);
for (let round = 0; signals < 200 || round < 100; round += 1) {
  for (const [size, some] of [
    ['small', elements(97, 1)],
    ['large', elements(98, 300)],
  ] as const) {
    for (const verb of ['add', 'delete']) {
      await tool
        .apply(`${verb} element ip t m { ${some} }\n`)
        .catch(({ failure }: ToolError) => failures[size].push(failure));
    }
  }
  await setImmediate();
}
sender.kill('SIGKILL');
process.stdout.write(JSON.stringify(failures));
process.exit();
