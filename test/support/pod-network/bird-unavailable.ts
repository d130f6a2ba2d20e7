import { spawnSync } from 'node:child_process';

/** Why there are no routes by BGP here, in words for a skipped test. */
export function birdUnavailable(): string | undefined {
  const { error } = spawnSync('bird', ['--version']);
  return error === undefined ? undefined : 'bird is not installed (Debian: bird2)';
}
