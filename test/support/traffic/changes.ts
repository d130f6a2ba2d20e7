import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Host } from '../lab/host.ts';
import { inNamespace } from '../lab/namespaces.ts';
import { until } from '../until.ts';

/** What nft says of all changes to the rules that anybody makes on the node while something is done. */
export async function changesDuring(node: Host, work: () => Promise<void>): Promise<readonly string[]> {
  const [command, ...words] = [...inNamespace(node.namespace), 'nft', 'monitor'] as const;
  const monitor = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(monitor, 'close');
  let heard = '';
  monitor.stdout.setEncoding('utf8').on('data', (text) => {
    heard += text;
  });
  try {
    await mark(node, () => heard, 'mark-of-begin');
    await work();
    await mark(node, () => heard, 'mark-of-end');
  } finally {
    monitor.kill();
    await closed;
  }
  // What comes after may be cut off in the middle of a line, where the monitor was killed.
  const whole = heard.slice(0, heard.lastIndexOf('\n', heard.indexOf('mark-of-end')));
  // Each transaction ends with a line of its number.
  return whole.split('\n').filter((line) => !/mark-of-|^# new generation|^$/.test(line));
}

/** Changes something until that is heard of: what was done before has been heard of then, too. */
async function mark(node: Host, heard: () => string, table: string): Promise<void> {
  const change = async () => {
    await node.exec('nft', [`add table ip ${table}; delete table ip ${table}`]);
    return heard().includes(table);
  };
  await until(change, (isHeard) => isHeard);
}
