/** How a lab is, as `lab status --output json` prints it. */
export interface LabStatus {
  readonly name: string;
  readonly network: string;
  readonly cni: string;
  readonly mode: string;
  readonly kubeconfig: string;
  readonly nodes: readonly NodeStatus[];
  readonly pods: readonly PodStatus[];
  readonly services: readonly ServiceStatus[];
  /** Hosts outside of the cluster. */
  readonly hosts: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

export interface NodeStatus {
  readonly name: string;
  readonly zone: string | undefined;
  readonly addresses: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly ready: boolean;
  /** Whether its proxy runs. */
  readonly proxy: boolean;
}

export interface PodStatus {
  /** `namespace/name` */
  readonly name: string;
  readonly node: string | undefined;
  readonly addresses: readonly string[];
  /** As kubectl has it: `Running`, `Pending`, `Terminating`. */
  readonly phase: string;
  readonly ready: boolean;
  /** Why it is not. */
  readonly reason: string | undefined;
}

export interface ServiceStatus {
  /** `namespace/name` */
  readonly name: string;
  readonly type: string;
  readonly addresses: readonly string[];
  readonly external: readonly string[];
  /** `80/TCP`, with the node port `80:30080/TCP`. */
  readonly ports: readonly string[];
  readonly readyEndpoints: number;
}
