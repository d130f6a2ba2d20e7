import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';

/** The cluster to measure in, and who asks. */
export interface ClusterAccess {
  readonly cluster: Cluster;
  readonly user: User;
}

/** The current context of the files that KUBECONFIG names. Throws where it has no cluster or no user. */
export function clusterFromEnvironment(): ClusterAccess {
  const config = new KubeConfig();
  config.loadFromDefault();
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (cluster === null || user === null) {
    throw new Error(`KUBECONFIG: context '${config.getCurrentContext()}' must name a cluster and a user`);
  }
  return { cluster, user };
}

/** A configuration of that cluster and user only. */
export function kubeConfigOf({ cluster, user }: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, user);
  return config;
}
