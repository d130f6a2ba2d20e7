/** Prepares the namespace that it runs in: `node prepare-node-agent.ts FLAGS`, kube-proxy's flags as JSON. Prints the warnings. */

import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { restoreKept } from '../../../src/kernel/node/kept-settings.ts';
import { prepareNode } from '../../../src/kernel/node/prepare-node.ts';

const [flags = ''] = process.argv.slice(2);
if (flags === 'cleanup') {
  for (const path of await restoreKept()) process.stdout.write(`put back ${path}\n`);
} else {
  const { config } = resolveConfig({ flags: JSON.parse(flags) });
  await prepareNode(config, undefined, (message) => process.stdout.write(`warning: ${message}\n`));
}
