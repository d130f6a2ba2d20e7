import { UserError } from '../../program/exit-status.ts';
import type { Lab } from './lab.ts';

/** What `lab exec` enters. */
export interface Target {
  readonly name: string;
  /** In the PID namespace of the lab. */
  readonly pid: number;
}

/**
 * By its name: a pod (`name` or `namespace/name`), a node, or a host outside; or the first pod of those whose name begins so, as
 * those of a Deployment do. Throws a `UserError` where there is none.
 */
export function findTarget(name: string, { nodes, hosts, context: { store } }: Lab): Target {
  const machines = [
    ...nodes.all.map((node) => ({ name: node.name, pid: node.sandbox.pid })),
    ...hosts.map(({ host, sandbox }) => ({ name: host.name, pid: sandbox.pid })),
  ];
  const machine = machines.find((each) => each.name === name);
  if (machine !== undefined) return machine;
  const key = name.includes('/') ? name : `default/${name}`;
  const pods = store.list('Pod').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const running = pods.flatMap((pod) => {
    const pid = nodes.all.map(({ kubelet }) => kubelet.pidOf(pod)).find((each) => each !== undefined);
    return pid === undefined ? [] : [{ name: pod, pid }];
  });
  const found =
    running.find((pod) => pod.name === key) ?? running.find((pod) => pod.name.startsWith(`${key}-`));
  if (found !== undefined) return found;
  if (pods.includes(key)) throw new UserError(`the pod ${key} does not run: portolan lab status says why`);
  throw new UserError(
    `there is no pod, node or host ${JSON.stringify(name)}; there are ${[...machines, ...running].map((each) => each.name).join(', ')}`,
  );
}
