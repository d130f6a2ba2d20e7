import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { labUnavailable } from '../../lab/unavailable.ts';

/** What this machine lacks for a test node, in words for a skipped test; `undefined` where nothing is missing. */
export function testNodeUnavailable(): string | undefined {
  const lab = labUnavailable();
  if (lab !== undefined) return lab;
  const missing = ['bridge', 'conntrack', 'lsns', 'nsenter'].filter(
    (command) => spawnSync(command, ['--version']).error !== undefined,
  );
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  if (!existsSync('/proc/sys/net/bridge')) return 'this kernel has no br_netfilter';
  return withoutVxlan();
}

function withoutVxlan(): string | undefined {
  const name = `ptl-${process.pid}-probe`;
  spawnSync('ip', ['netns', 'add', name]);
  const { status } = spawnSync('ip', ['-netns', name, '-batch', '-'], {
    input: 'link add bridge0 type bridge\nlink add vxlan0 type vxlan id 1 dstport 8472\n',
  });
  spawnSync('ip', ['netns', 'del', name]);
  return status === 0 ? undefined : 'this kernel has no bridges or no VXLAN';
}
