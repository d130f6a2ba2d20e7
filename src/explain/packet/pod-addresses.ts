import { suggestField } from '../../config/did-you-mean.ts';
import type { Address } from '../../net/address.ts';
import { UserError } from '../../program/exit-status.ts';
import type { ExplainObjects } from './explain-objects.ts';
import type { PodText } from './packet-ends.ts';
import type { FoundPod } from './pods-in-object.ts';

/** The addresses of a pod that `--from` names. Throws a `UserError` where the objects know none, or several. */
export async function podAddresses(
  { namespace, name }: PodText,
  text: string,
  objects: ExplainObjects | undefined,
): Promise<readonly Address[]> {
  if (objects === undefined)
    throw new UserError(
      `--from ${text}: names of pods need objects: name files (--source) or the API server (--kubeconfig), or give the pod's IP address`,
    );
  const found = await objects.pods.named(name, namespace);
  const [pod, ...others] = found;
  if (pod === undefined) throw new UserError(`--from ${text}: ${await unknownPod(name, namespace, objects)}`);
  if (others.length === 0) return pod.addresses;
  const namespaces = found.map((one) => one.namespace).join(', ');
  throw new UserError(`--from ${text}: there are pods of this name in ${namespaces}; write namespace/name`);
}

async function unknownPod(
  name: string,
  namespace: string | undefined,
  { pods }: ExplainObjects,
): Promise<string> {
  const meant = similar(name, namespace, await pods.all());
  const suggestion = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `the source knows no such pod; it knows pods by their Pod objects and by EndpointSlices that refer to them. Else give its IP address${suggestion}`;
}

function similar(name: string, namespace: string | undefined, pods: readonly FoundPod[]): string | undefined {
  const paths = pods.map((pod) => (namespace === undefined ? pod.name : `${pod.namespace}.${pod.name}`));
  return suggestField(namespace ?? '', name, paths)?.replace('.', '/');
}
