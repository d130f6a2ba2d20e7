import { bindNetworkNamespaces, type InNetworkNamespace } from '../../kernel/network-namespace.ts';
import { bindNewNamespaces, type NewNamespaces } from '../../kernel/new-namespaces.ts';

/** Making and entering of namespaces, for all that the lab runs in them. */
export interface Namespaces extends NewNamespaces {
  readonly inNetwork: InNetworkNamespace;
}

/** Rejects where koffi, which calls the C library, is not there. */
export async function bindNamespaces(): Promise<Namespaces> {
  const [made, inNetwork] = await Promise.all([bindNewNamespaces(), bindNetworkNamespaces()]);
  return { ...made, inNetwork };
}
