import type { IptablesVariant } from '../../src/rules-text/iptables/variants.ts';
import type { ClusterSize } from '../objects.ts';
import type { KubeProxyFigures } from './figures.ts';

const variants: readonly IptablesVariant[] = ['nft', 'legacy'];

/** Seconds that a first sync may take; a larger cluster can keep kube-proxy busy for many minutes. */
const firstSyncLimit = 120;

/**
 * kube-proxy's rows beside Portolan's: the binary that KUBE_PROXY names, for the same objects in the cluster of
 * KUBECONFIG. No rows where these are not set.
 */
export async function kubeProxyRows(size: ClusterSize): Promise<string[][]> {
  const { KUBE_PROXY: binary = '', KUBECONFIG: kubeconfig = '' } = process.env;
  if (binary === '' || kubeconfig === '') {
    process.stderr.write(
      `${sizeCell(size)}: kube-proxy not measured, KUBE_PROXY and KUBECONFIG are not both set\n`,
    );
    return [];
  }
  return await untilInterrupted((interrupted) => measure(size, binary, interrupted));
}

async function measure(size: ClusterSize, binary: string, interrupted: AbortSignal): Promise<string[][]> {
  const { execa } = await import('execa');
  const { clusterFromEnvironment } = await import('./cluster.ts');
  const { withObjects } = await import('./objects.ts');
  const { inNetworkWithCluster } = await import('./network.ts');
  const { stdout } = await execa(binary, ['--version']);
  const version = stdout.split(' ').at(-1) ?? stdout;
  const cluster = clusterFromEnvironment();
  return await withObjects(cluster, size, interrupted, async (name) => {
    const rows: string[][] = [];
    for (const variant of variants) {
      const args = [binary, name, variant, size.services * size.endpoints, firstSyncLimit].map(String);
      const figures = await inNetworkWithCluster<KubeProxyFigures>(
        'kube-proxy/figures.ts',
        args,
        cluster,
        interrupted,
      );
      rows.push([sizeCell(size), `kube-proxy ${version}, iptables-${variant}`, ...figureCells(figures)]);
    }
    return rows;
  });
}

function sizeCell({ services, endpoints }: ClusterSize): string {
  return `${services.toLocaleString('en')} × ${endpoints}`;
}

/** The columns after 'rules by'; those about iptables-restore alone do not apply. */
function figureCells(figures: KubeProxyFigures): readonly string[] {
  if (!figures.done) return [`not done after ${firstSyncLimit} s`, ...Array<string>(8).fill('–')];
  const { firstSync, syncAlone, change, cpu, peakMemory } = figures;
  return [
    `${firstSync.toFixed(2)} s`,
    `${syncAlone.toFixed(2)} s`,
    '–',
    '–',
    `${change.median.toFixed(0)} ms, ${change.max.toFixed(0)} ms`,
    '–',
    '–',
    `${cpu.toFixed(1)} s`,
    `${peakMemory.toFixed(0)} MB`,
  ];
}

/** Lets the work end in its own time, and so remove what it made, where a signal would end this process. */
async function untilInterrupted<T>(work: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals): void => controller.abort(new Error(`ended by ${signal}`));
  // Not `once`: execa ends the process where it finds no listener left beside its own.
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  }
}
