import { nameRules } from '../../state/object-names.ts';
import type { Regarding, RegardingKind } from './event-sink.ts';

/**
 * The object that a problem names: `Service default/web`; `undefined` if it names a file, or an object with an invalid
 * name.
 */
export function regardingOf(object: string): Regarding | undefined {
  const [, kind = '', , namespace, name = ''] = object.match(/^(\w+) (([^/]*)\/)?([^/]*)$/) ?? [];
  if (!isKind(kind) || !nameRules.subdomain.pattern.test(name)) return undefined;
  const { apiVersion, namespaced } = kinds[kind];
  if (namespaced !== (namespace !== undefined)) return undefined;
  if (namespace === undefined) return { apiVersion, kind, name };
  return nameRules.label.pattern.test(namespace) ? { apiVersion, kind, namespace, name } : undefined;
}

/** Events about Nodes have the name as uid, like the kubelet's: `kubectl describe node` looks for these, too. */
export function regardingNode(name: string): Regarding {
  return { apiVersion: 'v1', kind: 'Node', name, uid: name };
}

const kinds: Readonly<Record<RegardingKind, { readonly apiVersion: string; readonly namespaced: boolean }>> =
  {
    Service: { apiVersion: 'v1', namespaced: true },
    EndpointSlice: { apiVersion: 'discovery.k8s.io/v1', namespaced: true },
    Node: { apiVersion: 'v1', namespaced: false },
    ServiceCIDR: { apiVersion: 'networking.k8s.io/v1', namespaced: false },
  };

function isKind(text: string): text is RegardingKind {
  return Object.hasOwn(kinds, text);
}
