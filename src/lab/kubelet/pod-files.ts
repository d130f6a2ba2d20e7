import { type Address, familyOf } from '../../net/address.ts';
import type { Pod } from '../api/kinds/kinds.ts';
import { isObject } from '../api/store/api-object.ts';

/** The DNS settings of a cluster. */
export interface ClusterDns {
  readonly servers: readonly Address[];
  /** `cluster.local` */
  readonly domain: string;
}

/** The settings of a resolver, as resolv.conf(5) has them. */
export interface ResolverSettings {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** As the kubelet decides by `dnsPolicy` and `dnsConfig` (pkg/kubelet/network/dns). */
export function resolverSettings(pod: Pod, { servers, domain }: ClusterDns): ResolverSettings {
  const { dnsPolicy = 'ClusterFirst', hostNetwork = false, dnsConfig } = pod.spec;
  const isOfCluster =
    dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const own = isObject(dnsConfig) ? dnsConfig : {};
  const namespace = pod.metadata.namespace ?? 'default';
  const base: ResolverSettings = isOfCluster
    ? {
        servers,
        searches: [`${namespace}.svc.${domain}`, `svc.${domain}`, domain],
        options: ['ndots:5'],
      }
    : { servers: [], searches: [], options: [] };
  return {
    servers: unique([...base.servers, ...texts(own.nameservers)]),
    searches: unique([...base.searches, ...texts(own.searches)]),
    options: mergeOptions(base.options, optionTexts(own.options)),
  };
}

/** The lines in containerd's order. */
export function resolvConf({ servers, searches, options }: ResolverSettings): string {
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** As the kubelet writes it (pkg/kubelet/kubelet_pods.go); `nodeHosts` is the file of the node. */
export function hostsFile(
  pod: Pod,
  {
    addresses,
    domain,
    nodeHosts,
  }: { readonly addresses: readonly Address[]; readonly domain: string; readonly nodeHosts: string },
): string {
  const managed = pod.spec.hostNetwork
    ? `# Kubernetes-managed hosts file (host network).\n${nodeHosts}`
    : `# Kubernetes-managed hosts file.\n${standardHosts}${ownNames(pod, addresses, domain)}`;
  const aliases = hostAliases(pod);
  return aliases === '' ? managed : `${managed}\n# Entries added by HostAliases.\n${aliases}`;
}

/** Of a machine without names of its own. */
export const standardHosts = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
fe00::\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;

/** `spec.hostname`, or the Pod's name; sethostname(2) takes 64 bytes, and DNS labels have 63. */
export function hostnameOf(pod: Pod): string {
  return (pod.spec.hostname ?? pod.metadata.name).slice(0, 63).replace(/[-.]+$/, '');
}

function ownNames(pod: Pod, addresses: readonly Address[], domain: string): string {
  const hostname = hostnameOf(pod);
  const { subdomain } = pod.spec;
  const names =
    subdomain === undefined
      ? hostname
      : `${hostname}.${subdomain}.${pod.metadata.namespace ?? 'default'}.svc.${domain}\t${hostname}`;
  return onePerFamily(addresses)
    .map((address) => `${address}\t${names}\n`)
    .join('');
}

function onePerFamily(addresses: readonly Address[]): readonly Address[] {
  return [
    ...new Map(addresses.toReversed().map((address) => [familyOf(address), address])).values(),
  ].toReversed();
}

function hostAliases({ spec: { hostAliases: aliases } }: Pod): string {
  if (!Array.isArray(aliases)) return '';
  return aliases
    .filter(isObject)
    .map(({ ip, hostnames }) => `${oneLine(String(ip))}\t${texts(hostnames).map(oneLine).join('\t')}\n`)
    .join('');
}

/** An option of the Pod replaces one of the cluster with the same name. */
function mergeOptions(base: readonly string[], own: readonly string[]): readonly string[] {
  const nameOf = (option: string) => option.split(':')[0];
  return [...base.filter((option) => !own.some((other) => nameOf(other) === nameOf(option))), ...own];
}

function optionTexts(options: unknown): readonly string[] {
  if (!Array.isArray(options)) return [];
  return options
    .filter(isObject)
    .map(({ name, value }) =>
      oneLine(typeof value === 'string' && value !== '' ? `${name}:${value}` : `${name}`),
    );
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string').map(oneLine) : [];
}

/** Nothing of an object becomes a line of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
