import type { ApiObject } from '../api/store/api-object.ts';
import type { LabFolder } from '../folder/lab-folder.ts';
import type { LabSpec } from '../lab-spec.ts';
import { bindConnectNodes } from '../network/connect-nodes.ts';
import { createNodePool, type NodePool } from '../nodes/node-pool.ts';
import { defaultObjects } from './default-objects.ts';
import { dnsObjects, isDnsService } from './dns-objects.ts';
import { keepHostsFiles } from './keep-hosts-files.ts';
import type { LabContext } from './lab-context.ts';
import { openLab } from './open-lab.ts';
import { hostsFileOf, type OutsideHost, startOutsideHosts } from './outside-hosts.ts';
import type { OutsideListeners } from './outside-listeners.ts';
import { settlePods, within } from './settle.ts';
import { step, type TellStep } from './steps.ts';
import { untilServed } from './until-served.ts';

/** A lab that runs. */
export interface Lab {
  readonly context: LabContext;
  readonly nodes: NodePool;
  readonly hosts: readonly OutsideHost[];
  readonly outside: OutsideListeners;
}

/** Resolves when all pods are ready, and every node serves the Services. Tells each step that is done. */
export async function startLab(spec: LabSpec, folder: LabFolder, tell: TellStep): Promise<Lab> {
  const { context, outside } = await step(tell, 'API server and switch', () => openLab(spec, folder));
  const { store } = context;
  const hostsFile = () => hostsFileOf(context);
  const nodes = createNodePool(context, await bindConnectNodes(spec, context.namespaces), hostsFile);
  const { names, objects } = planned(context);
  for (const object of objects.filter(isFirst)) create(context, object);
  const started = step(
    tell,
    () => `${nodes.all.length} nodes, and the hosts outside of the cluster`,
    () => Promise.all([nodes.add(names), startOutsideHosts(context, hostsFile)]),
  );
  // The nodes are known by now, if not ready: pods are spread over all of them.
  for (const object of objects.filter((each) => !isFirst(each))) create(context, object);
  const podsReady = step(
    tell,
    () => `${store.list('Pod').length} pods`,
    () => settlePods(context),
  );
  const [[, hosts]] = await Promise.all([started, podsReady]);
  keepHostsFiles(context, () => [...hosts, ...nodes.all].map(({ sandbox }) => sandbox));
  await step(tell, 'Services answer on every node', () =>
    within(untilServed(context, nodes.all), () => 'not every node serves the Services'),
  );
  return { context, nodes, hosts, outside };
}

/** The names of the nodes, and all objects; those that others are in or on come first. */
function planned({ spec, dns }: LabContext) {
  const named = spec.objects.filter(({ kind }) => kind === 'Node').map(({ metadata }) => nameOf(metadata));
  const names = named.length > 0 ? named : Array.from({ length: spec.nodes }, () => undefined);
  const web = spec.pods === 0 ? [] : defaultObjects(spec.pods * names.length, spec.families);
  const hasDns = spec.objects.some(isDnsService);
  return { names, objects: [...spec.objects, ...(hasDns ? [] : dnsObjects(dns, spec.families)), ...web] };
}

function isFirst({ kind }: ApiObject): boolean {
  return kind === 'Node' || kind === 'Namespace';
}

/** One object that is refused leaves the others as they are. */
function create({ store, log }: LabContext, object: ApiObject): void {
  try {
    store.create(object);
  } catch (error) {
    log(`${object.kind} ${nameOf(object.metadata)}: ${error instanceof Error ? error.message : error}`);
  }
}

function nameOf(metadata: unknown): string {
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : '';
}
