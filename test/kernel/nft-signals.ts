import { spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { nftTool } from '../../src/kernel/nft-tool.ts';

// Makes transactions, small and large, while another process sends signals without pause; prints each error.
const { tool } = await nftTool({ way: 'library' });
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
const errors: string[] = [];
process.on('SIGWINCH', () => {
  signals += 1;
});
const sender = spawn('sh', ['-c', `while kill -WINCH ${process.pid}; do :; done`]);
for (let round = 0; signals < 200 || round < 100; round += 1) {
  for (const some of [elements(97, 1), elements(98, 300)]) {
    for (const verb of ['add', 'delete']) {
      await tool
        .apply(`${verb} element ip t m { ${some} }\n`)
        .catch((error: Error) => errors.push(error.message));
    }
  }
  await setImmediate();
}
sender.kill('SIGKILL');
process.stdout.write(JSON.stringify(errors));
process.exit();
