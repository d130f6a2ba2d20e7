import { readFile } from 'node:fs/promises';
import { UserError } from '../../program/exit-status.ts';
import { listFiles } from '../../sources/list-files.ts';
import { parseDocuments } from '../../sources/parse-documents.ts';
import type { Source, UpdateListener } from '../../sources/source.ts';
import { identifyObject, withKind } from '../../state/identify-object.ts';
import { type Fields, isFields } from '../../state/read-fields.ts';
import type { ServiceRecord } from '../../state/records.ts';
import { proxyKinds, reduceObject } from '../../state/reduce-object.ts';

/**
 * The objects of a source after `kubectl apply` of these files or folders. Fields that the API server allocates and
 * keeps, such as the ClusterIP and node ports of a Service, stay unless the manifest sets them.
 */
export function withManifests(source: Source, paths: readonly string[]): Source {
  return {
    async load(listener, signal) {
      const services = new Map<string, ServiceRecord>();
      await source.load((update) => {
        for (const change of update.changes)
          if (change.kind === 'Service' && change.record !== undefined)
            services.set(change.key, change.record);
        listener(update);
      }, signal);
      for (const path of paths) await applyPath(path, services, listener);
    },
    follow: (listener, signal) => source.follow(listener, signal),
  };
}

async function applyPath(
  path: string,
  services: ReadonlyMap<string, ServiceRecord>,
  listener: UpdateListener,
): Promise<void> {
  for (const [file, text] of await readFiles(path)) {
    for (const document of parseDocuments(text)) {
      if ('fault' in document)
        throw new UserError(`--apply ${file}: line ${document.line}: ${document.fault}`);
      for (const object of objectsIn(document.value, 0)) {
        const { changes, problems } = reduceObject(
          withKeptFields(object, services, file),
          `${file}:${document.line}`,
        );
        listener({ changes, problems });
      }
    }
  }
}

async function readFiles(path: string): Promise<readonly (readonly [string, string])[]> {
  try {
    const files = path === '-' ? ['/dev/stdin'] : await listFiles(path);
    return await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
  } catch (error) {
    throw new UserError(`--apply ${path}: cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** The objects of a document; Lists are expanded. */
function objectsIn(value: unknown, depth: number): readonly unknown[] {
  const identity = identifyObject(value, proxyKinds);
  if (identity.is !== 'list' || !Array.isArray(identity.items) || depth > 2)
    return value === null ? [] : [value];
  return identity.items.flatMap((item) =>
    objectsIn(withKind(item, identity.itemKind, proxyKinds), depth + 1),
  );
}

/** The object with the fields that the API server keeps. Throws a `UserError` for a new Service without an address. */
function withKeptFields(
  object: unknown,
  services: ReadonlyMap<string, ServiceRecord>,
  file: string,
): unknown {
  const identity = identifyObject(object, proxyKinds);
  if (identity.is !== 'object' || identity.kind !== 'Service') return object;
  const { metadata, spec, status } = identity.fields;
  if (!isFields(spec) || spec.type === 'ExternalName' || spec.clusterIP === 'None') return object;
  const known = services.get(keyOf(metadata));
  const hasAddress =
    Boolean(spec.clusterIP) || (Array.isArray(spec.clusterIPs) && spec.clusterIPs.length > 0);
  if (known === undefined && !hasAddress) throw withoutAddress(keyOf(metadata), file);
  if (known === undefined) return object;
  return {
    ...identity.fields,
    metadata: { ...given('creationTimestamp', known.createdAt), ...(isFields(metadata) ? metadata : {}) },
    spec: {
      ...(hasAddress ? {} : { clusterIP: known.clusterIPs[0], clusterIPs: known.clusterIPs }),
      ...given('healthCheckNodePort', known.healthCheckNodePort),
      ...spec,
      ports: withNodePorts(spec, known),
    },
    status: status ?? statusOf(spec, known),
  };
}

/** Load balancer addresses are kept only while the Service is a LoadBalancer. */
function statusOf({ type }: Fields, { loadBalancerIPs }: ServiceRecord): Fields {
  return type === 'LoadBalancer' ? { loadBalancer: { ingress: loadBalancerIPs.map((ip) => ({ ip })) } } : {};
}

function given(field: string, value: unknown): Fields {
  return value === undefined || value === '' ? {} : { [field]: value };
}

/** Ports keep their node ports while the Service has node ports at all. */
function withNodePorts({ type, ports }: Fields, known: ServiceRecord): unknown {
  if (!Array.isArray(ports) || (type !== 'NodePort' && type !== 'LoadBalancer')) return ports;
  return ports.map((port: unknown) => {
    if (!isFields(port)) return port;
    const same = known.ports.find(
      ({ name, protocol }) => name === (port.name ?? '') && protocol === (port.protocol ?? 'TCP'),
    );
    return { ...given('nodePort', same?.nodePort), ...port };
  });
}

function keyOf(metadata: unknown): string {
  const { namespace, name } = isFields(metadata) ? metadata : {};
  return `${namespace ?? 'default'}/${name}`;
}

function withoutAddress(service: string, file: string): UserError {
  return new UserError(
    `--apply ${file}: Service ${service} is new, and the API server will choose its address; give it a spec.clusterIP to see what it will do`,
  );
}
