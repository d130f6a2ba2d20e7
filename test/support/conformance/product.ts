import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '../cli/program.ts';
import type { Backend } from './backend.ts';
import type { Stage } from './observe.ts';
import type { KubernetesObject, Scenario } from './scenario.ts';

/** Calls `portolan run --once`; rejects with what it wrote where it fails. */
export async function runOnce(program: Program, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await program.portolan(['run', '--once', ...args]);
  if (exitCode !== 0) throw new Error(`portolan run --once ended with ${exitCode}: ${stderr}`);
}

/** Brings a node to the objects of a scenario. */
export async function syncScenario(
  { program, scenario, backend }: Pick<Stage, 'program' | 'scenario' | 'backend'>,
  objects: readonly KubernetesObject[],
): Promise<void> {
  await using files = await writeScenario(scenario, objects, backend.mode);
  // A scenario's last step may leave no Service.
  await runOnce(program, ['--allow-empty', ...files.args, ...backend.runArguments]);
}

/** Files with the objects of a scenario and its configuration; `args` name them to any command. */
export async function writeScenario(
  scenario: Scenario,
  objects: readonly KubernetesObject[],
  mode: Backend['mode'],
): Promise<{ readonly args: readonly string[] } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-'));
  const source = join(folder, 'objects');
  const config = join(folder, 'config.json');
  await mkdir(source);
  const all = [...clusterObjects(scenario), ...objects];
  await Promise.all([
    ...all.map((object, index) => writeFile(join(source, `${index}.json`), JSON.stringify(object))),
    writeFile(config, JSON.stringify(configuration(scenario, mode))),
  ]);
  return {
    args: ['--source', source, '--config', config],
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** What a cluster would say of the node and of its service networks. */
function clusterObjects({ node, config }: Scenario): object[] {
  const { serviceCIDRs } = config;
  return [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node.name },
      status: { addresses: [{ type: 'InternalIP', address: node.primaryIP }] },
    },
    ...(serviceCIDRs === undefined
      ? []
      : [
          {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'ServiceCIDR',
            metadata: { name: 'kubernetes' },
            spec: { cidrs: serviceCIDRs },
          },
        ]),
  ];
}

function configuration({ node, config }: Scenario, mode: Backend['mode']): object {
  const { clusterCIDR, masqueradeAll, nodePortAddresses, localhostNodePorts } = config;
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode,
    hostnameOverride: node.name,
    clusterCIDR,
    nodePortAddresses,
    [mode]: { masqueradeAll, ...(mode === 'iptables' && { localhostNodePorts }) },
    // Limits of conntrack are not a namespace's to set.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
