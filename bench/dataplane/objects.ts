import { readFile } from 'node:fs/promises';
import { writeObjects } from '../objects.ts';

/** A Service of a generated cluster, with its one endpoint. */
export interface MeasuredService {
  readonly clusterIP: string;
  readonly podAddress: string;
}

export interface MeasuredServices {
  readonly middle: MeasuredService;
  readonly last: MeasuredService;
}

/** The port that every Service of a generated cluster has, and the one that its pods listen on. */
export const ports = { service: 80, pod: 8080 } as const;

/**
 * Writes a cluster with one endpoint for every Service into a folder; returns the Services to be measured.
 */
export async function writeCluster(folder: string, services: number): Promise<MeasuredServices> {
  const files = writeObjects(folder, { services, endpoints: 1 });
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const items = texts.flatMap((text): readonly GeneratedObject[] => JSON.parse(text).items);
  const addresses = items.flatMap(({ spec }) => spec?.clusterIP ?? []);
  const endpoints = items.flatMap(({ endpoints = [] }) => endpoints.flatMap(({ addresses }) => addresses));
  const at = (index: number): MeasuredService => {
    const [clusterIP, podAddress] = [addresses[index], endpoints[index]];
    if (clusterIP === undefined || podAddress === undefined) throw new Error(`no Service ${index}`);
    return { clusterIP, podAddress };
  };
  return { middle: at(services >> 1), last: at(services - 1) };
}

interface GeneratedObject {
  readonly spec?: { readonly clusterIP?: string };
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
}
