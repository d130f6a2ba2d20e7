import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { binaryPath } from '../../test/support/cluster/binaries.ts';
import { diesWithParent } from '../../test/support/cluster/daemon.ts';
import { clusterCIDR } from '../iptables/rules.ts';
import { kubeProxyFlags } from '../kube-proxy/flags.ts';
import type { ClusterSize } from '../objects.ts';
import type { ProxyMode, ProxyName } from './options.ts';

export interface ProxyOptions {
  readonly proxy: ProxyName;
  readonly mode: ProxyMode;
  readonly kubeconfig: string;
  readonly nodeName: string;
  readonly size: ClusterSize;
  /** Where Portolan's CPU profile goes, if it is to write one. */
  readonly profileFolder: string | undefined;
}

/** Seconds that a proxy may take; kube-proxy takes longer for large clusters in mode iptables. */
const patience = 180;

/** A proxy whose rules are in force. */
export interface StartedProxy {
  readonly pid: number;
  /** Seconds from its start until it had listed all objects, where its log tells. */
  readonly listed: number | undefined;
  /** Seconds from its start until all rules of both families were in force. */
  readonly programmed: number;
  end(): Promise<void>;
}

/** Starts a proxy, and waits until its log says that all is programmed. Throws where it ends before, or takes too long. */
export async function startClusterProxy(options: ProxyOptions): Promise<StartedProxy> {
  const [program, ...args] =
    options.proxy === 'Portolan' ? portolanCommand(options) : kubeProxyCommand(options);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const child = spawn(diesWithParent[0], [...diesWithParent.slice(1), program ?? '', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...profileEnvironment(options) },
  });
  const gone = once(child, 'exit');
  const end = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  try {
    const progress = options.proxy === 'Portolan' ? portolanProgress() : kubeProxyProgress(options.size);
    const reached = await untilProgrammed(child, progress, seconds);
    return { pid: child.pid ?? 0, ...reached, end };
  } catch (error) {
    child.kill('SIGKILL');
    await gone;
    throw error;
  }
}

type Progress = 'listed' | 'programmed' | 'failed' | undefined;
type LogEntry = Readonly<Record<string, unknown>>;

/** What a line says of the progress; keeps account of the lines before. */
type ReadProgress = (entry: LogEntry) => Progress;

type Reached = Pick<StartedProxy, 'listed' | 'programmed'>;

async function untilProgrammed(
  child: ChildProcess,
  progress: ReadProgress,
  seconds: () => number,
): Promise<Reached> {
  if (child.stderr === null) throw new Error('the log goes elsewhere');
  const lines = createInterface({ input: child.stderr });
  const { promise, resolve, reject } = Promise.withResolvers<Reached>();
  let listed: number | undefined;
  let last = '';
  // To the end: a proxy whose log nobody reads would stop.
  lines.on('line', (line) => {
    last = line;
    const step = progress(line.startsWith('{') ? JSON.parse(line) : {});
    if (step === 'listed') listed = seconds();
    if (step === 'failed') reject(new Error(`a sync failed: ${line}`));
    if (step === 'programmed') resolve({ listed, programmed: seconds() });
  });
  child.once('exit', () => reject(new Error(`the proxy has ended: ${last}`)));
  const timer = setTimeout(() => reject(new Error(`not after ${patience} s`)), patience * 1000);
  return promise.finally(() => clearTimeout(timer));
}

function portolanProgress(): ReadProgress {
  const awaited = new Set(['Service', 'EndpointSlice']);
  const families = new Set(['IPv4', 'IPv6']);
  return ({ msg, kind, family, scope }) => {
    if (msg === 'sync failed') return 'failed';
    if (msg === 'listed' && awaited.delete(String(kind)) && awaited.size === 0) return 'listed';
    if (msg === 'synced' && scope === 'full' && families.delete(String(family)) && families.size === 0)
      return 'programmed';
    return undefined;
  };
}

/** An earlier sync may be for a part of the Services, and IPv6 has none. */
function kubeProxyProgress({ services, endpoints }: ClusterSize): ReadProgress {
  let known = 0;
  return ({ msg, ipFamily, numEndpoints }) => {
    if (ipFamily !== 'IPv4') return undefined;
    if (/^Reloading service (nf|ip)tables data$/.test(String(msg))) known = Number(numEndpoints);
    return msg === 'SyncProxyRules complete' && known >= services * endpoints ? 'programmed' : undefined;
  };
}

function portolanCommand({ mode, kubeconfig, nodeName }: ProxyOptions): readonly string[] {
  return [
    ...[portolan, 'run', '--proxy-mode', mode, '--kubeconfig', kubeconfig, '--hostname-override', nodeName],
    ...['--cluster-cidr', clusterCIDR, '--logging-format', 'json'],
    ...(mode === 'iptables' ? ['--iptables-variant', 'nft'] : []),
  ];
}

function kubeProxyCommand(options: ProxyOptions): readonly string[] {
  return [binaryPath('kube-proxy'), ...kubeProxyFlags(options)];
}

const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));

function profileEnvironment({ proxy, profileFolder }: ProxyOptions): NodeJS.ProcessEnv {
  if (proxy !== 'Portolan' || profileFolder === undefined) return {};
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileFolder}` };
}
