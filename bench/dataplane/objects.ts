import { readFile } from 'node:fs/promises';
import { writeObjects } from '../objects.ts';

/** A Service of a generated cluster, with its one endpoint. */
export interface ServiceAddresses {
  readonly clusterIP: string;
  readonly podAddress: string;
}

/** The Services that are measured, by the place of their rules on a node. */
export interface MeasuredServices {
  readonly middle: ServiceAddresses;
  readonly last: ServiceAddresses;
}

/** The port that every Service of a generated cluster has, and the one that its pods listen on. */
export const ports = { service: 80, pod: 8080 } as const;

/**
 * Writes a cluster with one endpoint for every Service into a folder; returns its Services.
 */
export async function writeCluster(folder: string, services: number): Promise<readonly ServiceAddresses[]> {
  const files = writeObjects(folder, { services, endpoints: 1 });
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const items = texts.flatMap((text): readonly GeneratedObject[] => JSON.parse(text).items);
  const addresses = items.flatMap(({ spec }) => spec?.clusterIP ?? []);
  const endpoints = items.flatMap(({ endpoints = [] }) => endpoints.flatMap(({ addresses }) => addresses));
  return addresses.map((clusterIP, index) => {
    const podAddress = endpoints[index];
    if (podAddress === undefined) throw new Error(`Service ${index} has no endpoint`);
    return { clusterIP, podAddress };
  });
}

interface GeneratedObject {
  readonly spec?: { readonly clusterIP?: string };
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
}
