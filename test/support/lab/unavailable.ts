import { spawnSync } from 'node:child_process';

/**
 * What this machine lacks for a lab, in words for a skipped test; `undefined` where nothing is missing.
 *
 * Root is not needed where user namespaces are allowed. `ip netns` wants to write to /run/netns and iptables-legacy
 * to /run/xtables.lock, so the tests get a /run of their own:
 *
 *     unshare -rnm sh -c 'mount -t tmpfs tmpfs /run && npx vitest run test/lab test/conformance'
 */
export function labUnavailable(): string | undefined {
  const missing = ['ip', 'iptables-nft-save', 'iptables-legacy-save'].filter(
    (command) => !isInstalled(command),
  );
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const name = `ptl-${process.pid}-probe`;
  const { status, stderr } = spawnSync('ip', ['-batch', '-'], {
    input: `netns add ${name}\nnetns del ${name}\n`,
    encoding: 'utf8',
  });
  if (status !== 0) return `no network namespaces (needs root, or unshare -rnm): ${stderr.trim()}`;
  return undefined;
}

/** Why rules of this variant cannot be loaded here: kernels are built without the legacy tables more and more. */
export function iptablesUnavailable(variant: 'nft' | 'legacy'): string | undefined {
  const name = `ptl-${process.pid}-probe`;
  spawnSync('ip', ['netns', 'add', name]);
  try {
    const commands = [`iptables-${variant}`, `ip6tables-${variant}`];
    const results = commands.map((command) =>
      spawnSync('ip', ['netns', 'exec', name, command, '-t', 'nat', '-S'], { encoding: 'utf8' }),
    );
    const failed = results.find(({ status }) => status !== 0);
    return failed && `iptables-${variant} does not work here: ${failed.stderr.trim()}`;
  } finally {
    spawnSync('ip', ['netns', 'del', name]);
  }
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version']).error === undefined;
}
