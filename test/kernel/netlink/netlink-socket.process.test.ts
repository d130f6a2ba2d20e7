import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const socket = fileURLToPath(new URL('../../../src/kernel/netlink/netlink-socket.ts', import.meta.url));

test.each([
  ['is not installed', "next(name === 'koffi' ? 'koffi-absent' : name, context)", 'koffi is not installed'],
  [
    'has no build for this machine',
    "name === 'koffi' ? { url: 'data:text/javascript,throw new Error(`no build`)', shortCircuit: true } : next(name, context)",
    'koffi does not work here: Error: no build',
  ],
])('where koffi %s, that is what the error says', async (_, resolve, says) => {
  const script = `import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) => ${resolve} });
    const { bindNetlinkSocket } = await import(${JSON.stringify(socket)});
    console.log(await bindNetlinkSocket('netfilter').catch(({ message }) => message));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout).toBe(says);
});
