import { promises as files } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { restoreKept } from '../../../src/kernel/node/kept-settings.ts';
import { prepareNode } from '../../../src/kernel/node/prepare-node.ts';

/**
 * Prepares the namespace that it runs in: `node prepare-node-agent.ts FLAGS`, kube-proxy's flags as JSON. Prints the warnings.
 * With `killed` behind them, it does not outlive the first setting that it writes.
 */

const [flags = '', killed] = process.argv.slice(2);
if (killed !== undefined) {
  const { writeFile } = files;
  files.writeFile = async (...args) => {
    await writeFile(...args);
    process.kill(process.pid, 'SIGKILL');
  };
  syncBuiltinESMExports();
}
if (flags === 'cleanup') {
  const { done, failed } = await restoreKept().catch((error: Error) => ({
    done: [],
    failed: [error.message],
  }));
  for (const path of done) process.stdout.write(`put back ${path}\n`);
  for (const one of failed)
    process.stdout.write(typeof one === 'string' ? `${one}\n` : `left ${one.path}: ${one.reason}\n`);
} else {
  const { config } = resolveConfig({ flags: JSON.parse(flags) });
  await prepareNode(config, undefined, (message) => process.stdout.write(`warning: ${message}\n`));
}
