import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Cluster, clusterUnavailable, startCluster } from './cluster.ts';
import type { ControlPlaneSettings } from './control-plane.ts';

/** Tests that share a real API server, started with these settings; skipped with the reason where there is none. */
export function atApiServer(
  title: string,
  settings: ControlPlaneSettings,
  tests: (cluster: () => Cluster) => void,
): void {
  const unavailable = clusterUnavailable();
  if (unavailable !== undefined) {
    test(title, ({ skip }) => skip(unavailable));
    return;
  }
  describe(title, { timeout }, () => {
    let cluster: Cluster | undefined;
    beforeAll(async () => {
      cluster = await startCluster(settings);
    });
    afterAll(() => cluster?.[Symbol.asyncDispose]());
    tests(() => {
      if (cluster === undefined) throw new Error('the API server is not there yet');
      return cluster;
    });
  });
}

/** Milliseconds. The API server takes its time to start, and Portolan pauses between attempts to reach it. */
const timeout = 180_000;
