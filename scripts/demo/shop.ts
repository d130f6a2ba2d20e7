import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { dump, load } from 'js-yaml';
import { z } from 'zod';

const fixture = new URL('../../fixtures/demo/', import.meta.url);

/** The Service of the demo with its endpoints and the address of its node. */
export type Shop = {
  readonly service: string;
  readonly portName: string;
  readonly clusterIP: string;
  readonly port: number;
  readonly nodePort: number;
  readonly nodeAddress: string;
  readonly pods: readonly Pod[];
};

/** A pod that serves: the name it answers with, and where it listens. */
export type Pod = { readonly name: string; readonly address: string; readonly port: number };

const serviceSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    clusterIP: z.ipv4(),
    ports: z.tuple([z.object({ name: z.string(), port: z.int(), nodePort: z.int() })]),
  }),
});
const endpointSchema = z.looseObject({
  addresses: z.tuple([z.ipv4()]),
  targetRef: z.looseObject({ name: z.string() }),
});
const sliceSchema = z.looseObject({
  ports: z.tuple([z.looseObject({ port: z.int() })]),
  endpoints: z.array(endpointSchema),
});
const nodeSchema = z.object({
  status: z.object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })) }),
});

/** Copies the objects of fixtures/demo to a folder that goes with the demo's mount namespace. */
export async function copyShop(): Promise<string> {
  const folder = '/run/portolan-demo';
  await cp(fixture, folder, { recursive: true });
  return folder;
}

/** Reads a folder of the demo's objects. */
export async function readShop(folder: string): Promise<Shop> {
  const { metadata, spec } = serviceSchema.parse(await readYaml(`${folder}/service.yaml`));
  const { status } = nodeSchema.parse(await readYaml(`${folder}/node.yaml`));
  const slice = sliceSchema.parse(await readYaml(sliceFile(folder)));
  const [port] = spec.ports;
  return {
    service: `${metadata.namespace}/${metadata.name}`,
    portName: port.name,
    clusterIP: spec.clusterIP,
    port: port.port,
    nodePort: port.nodePort,
    nodeAddress: z.ipv4().parse(status.addresses.find(({ type }) => type === 'InternalIP')?.address),
    pods: slice.endpoints.map(({ addresses, targetRef }) => ({
      name: targetRef.name,
      address: addresses[0],
      port: slice.ports[0].port,
    })),
  };
}

/** Takes a pod out of the EndpointSlice, as the control plane does when a pod ends. */
export async function removeEndpoint(folder: string, pod: Pod): Promise<void> {
  const slice = sliceSchema.parse(await readYaml(sliceFile(folder)));
  const endpoints = slice.endpoints.filter(({ targetRef }) => targetRef.name !== pod.name);
  // Renamed into place, so that nobody reads half a file.
  const draft = `${folder}/.endpointslice.draft`;
  await writeFile(draft, dump({ ...slice, endpoints }));
  await rename(draft, sliceFile(folder));
}

/** `ip:port` */
export function endpointOf(pod: Pod): string {
  return `${pod.address}:${pod.port}`;
}

async function readYaml(file: string): Promise<unknown> {
  return load(await readFile(file, 'utf8'));
}

function sliceFile(folder: string): string {
  return `${folder}/endpointslice.yaml`;
}
