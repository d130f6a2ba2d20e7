/** Which member tells the items of a list apart, by the list's name (patchMergeKey in k8s.io/api); lists without one are replaced. */
const keysByList: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  resourceClaims: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  // Of a container, or of a Service.
  ports: ['containerPort', 'port'],
  hostAliases: ['ip'],
  podIPs: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  conditions: ['type'],
  addresses: ['type'],
  ownerReferences: ['uid'],
};

/** Lists of texts to which a patch adds. */
const sets: ReadonlySet<string> = new Set(['finalizers', 'podCIDRs']);

/** The merge key of a list, judged by the items that it and the patch have; `undefined` where the patch replaces it. */
export function mergeKeyOf(list: string, items: readonly unknown[]): string | undefined {
  return keysByList[list]?.find((key) =>
    items.every((item) => typeof item === 'object' && item !== null && (key in item || '$patch' in item)),
  );
}

export function isSetOfTexts(list: string): boolean {
  return sets.has(list);
}
