import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Host } from '../lab/host.ts';
import { inNamespace } from '../lab/namespaces.ts';
import { until } from '../until.ts';

/** What nft tells of all changes to the rules that anybody makes on the node while something is done. */
export async function changesDuring(node: Host, work: () => Promise<void>): Promise<readonly string[]> {
  const [command, ...words] = [...inNamespace(node.namespace), 'nft', 'monitor'] as const;
  const monitor = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(monitor, 'close');
  let told = '';
  monitor.stdout.setEncoding('utf8').on('data', (text) => {
    told += text;
  });
  try {
    await mark(node, () => told, 'mark-of-begin');
    await work();
    await mark(node, () => told, 'mark-of-end');
  } finally {
    monitor.kill();
    await closed;
  }
  // Each transaction ends with a line of its number.
  return told.split('\n').filter((line) => !/mark-of-|^# new generation|^$/.test(line));
}

/** Changes something, until that is told of: what was done before has been told then too. */
async function mark(node: Host, told: () => string, table: string): Promise<void> {
  const change = async () => {
    await node.exec('nft', [`add table ip ${table}; delete table ip ${table}`]);
    return told().includes(table);
  };
  await until(change, (isTold) => isTold);
}
