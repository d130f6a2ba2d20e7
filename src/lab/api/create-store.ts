import { type Cidr, parseCidr } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';
import { addressAt } from '../network/ranges.ts';
import { labAdmission } from './admission/lab-admission.ts';
import { initialNamespaces } from './admission/metadata.ts';
import { ObjectStore } from './store/object-store.ts';

export interface ClusterNetwork {
  /** The families of the cluster, the preferred one first. */
  readonly families: readonly Family[];
  /** Of each family, where ClusterIPs come from; `10.96.0.0/16` and `fd00:96::/112` where it is absent. */
  readonly serviceCIDRs?: Readonly<Partial<Record<Family, Cidr>>>;
  /** First and last node port; 30000 and 32767 where it is absent. */
  readonly nodePorts?: readonly [first: number, last: number];
}

/** How many changes a watch may have missed. */
const history = 10_000;

/**
 * A store with what a new cluster has: the Namespaces `default` and `kube-system`, the ServiceCIDR `kubernetes`, and the
 * Service `default/kubernetes` (without endpoints). What is written is completed and checked as an API server does it.
 */
export function createStore({ families, serviceCIDRs = {}, nodePorts }: ClusterNetwork): ObjectStore {
  const cidrs = new Map(
    families.map((family) => [family, serviceCIDRs[family] ?? defaultCidr(family)] as const),
  );
  const admission = labAdmission({ cidrs, nodePorts: nodePorts ?? [30_000, 32_767] });
  const store = new ObjectStore({ admission, history });
  for (const name of initialNamespaces)
    store.create({ kind: 'Namespace', apiVersion: 'v1', metadata: { name } });
  store.create({
    kind: 'ServiceCIDR',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: [...cidrs.values()] },
  });
  const service = kubernetesService(cidrs);
  store.create(service);
  // The real server too makes it anew: a proxy takes a list without any Service for a fault.
  store.watch(({ kind, key, after }) => {
    if (kind === 'Service' && key === 'default/kubernetes' && after === undefined) store.create(service);
  });
  return store;
}

/** At the first address of the range, as the real server puts it. */
function kubernetesService(cidrs: ReadonlyMap<Family, Cidr>) {
  const [cidr] = cidrs.values();
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      ...(cidr === undefined ? {} : { clusterIP: addressAt(cidr, 1n) }),
      ports: [{ name: 'https', port: 443, targetPort: 6443 }],
    },
  };
}

function defaultCidr(family: Family): Cidr {
  const text = family === 'IPv4' ? '10.96.0.0/16' : 'fd00:96::/112';
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} is no network`);
  return cidr;
}
