import type { Written } from '../api/admission/written.ts';
import { selectsAll } from '../api/kinds/selects.ts';
import { clean } from './clean.ts';
import type { Dump, Step } from './found.ts';

const zoneLabel = 'topology.kubernetes.io/zone';

/** The Nodes that matter most: one for each node selector, one of each zone, then those with the most Pods. */
export function chooseNodes(dump: Dump, limit: number): Step & { readonly names: ReadonlySet<string> } {
  const nodes = dump.list('Node');
  const chosen = rank(dump, nodes).slice(0, limit);
  const names = new Set(chosen.map(({ metadata }) => metadata.name));
  const left = nodes.filter(({ metadata }) => !names.has(metadata.name));
  return {
    names,
    // In the file's order.
    objects: nodes.filter(({ metadata }) => names.has(metadata.name)).map(rebuild),
    problems: left.map(({ metadata }) => ({
      object: `Node ${metadata.name}`,
      reason: `is left out: the lab has ${limit} nodes, and the others stand for all zones and node selectors that they can`,
    })),
  };
}

type Node = Written<'Node'>;

function rank(dump: Dump, nodes: readonly Node[]): readonly Node[] {
  const pods = (node: Node) =>
    dump.list('Pod').filter(({ spec }) => spec.nodeName === node.metadata.name).length;
  const byPods = nodes.toSorted((a, b) => pods(b) - pods(a));
  const selectors = [
    ...dump.list('Pod').map(({ spec }) => spec),
    ...(['Deployment', 'StatefulSet', 'DaemonSet'] as const)
      .flatMap((kind): readonly Written<typeof kind>[] => dump.list(kind))
      .map(({ spec }) => spec.template.spec),
  ].map(({ nodeSelector }) => nodeSelector ?? {});
  const selected = selectors
    .filter((selector) => Object.keys(selector).length > 0)
    .flatMap((selector) => byPods.find(({ metadata }) => selectsAll(selector, metadata.labels ?? {})) ?? []);
  const zones = new Set(byPods.map(({ metadata }) => metadata.labels?.[zoneLabel]));
  const ofZones = [...zones].flatMap(
    (zone) => byPods.find(({ metadata }) => metadata.labels?.[zoneLabel] === zone) ?? [],
  );
  return [...new Set([...selected, ...ofZones, ...byPods])];
}

/** Its name, labels and taints. Addresses and ranges are the lab's own. */
function rebuild(node: Node) {
  const { taints, unschedulable } = node.spec ?? {};
  return {
    ...clean(node),
    spec: {
      ...(taints === undefined ? {} : { taints }),
      ...(unschedulable === undefined ? {} : { unschedulable }),
    },
  };
}
