/** A network configuration list (CNI specification 1.1, section 1), as it stands in a file of /etc/cni/net.d. */
export interface NetworkList {
  readonly cniVersion: string;
  readonly name: string;
  readonly plugins: readonly PluginConfiguration[];
  readonly disableCheck?: boolean;
  readonly disableGC?: boolean;
}

export interface PluginConfiguration {
  readonly type: string;
  /** What the plugin takes of the runtime: `{ "portMappings": true }`. */
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly [field: string]: unknown;
}

/** A result, or `prevResult`; its content is the plugins' affair but for the addresses. */
export type CniResult = Readonly<Record<string, unknown>>;

/** Whether this version has an operation: `CHECK` since 0.4.0, `GC` and `STATUS` since 1.1.0. */
export function hasOperation({ cniVersion }: NetworkList, operation: 'CHECK' | 'GC' | 'STATUS'): boolean {
  const least = operation === 'CHECK' ? [0, 4] : [1, 1];
  const [major = 0, minor = 0] = cniVersion.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
