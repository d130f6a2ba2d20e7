import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Address, familyOf, isLoopback, parseAddress } from '../../../src/net/address.ts';

/** A recorded sequence: objects come and go, and after each sync it is said what becomes of which packet. */
export type Scenario = z.infer<typeof scenarioSchema>;
export type Flow = z.infer<typeof flowSchema>;
export type KubernetesObject = z.infer<typeof objectSchema>;

/** Reads a scenario, each string of it through `translate` first. Throws where the file is of another form. */
export function readScenario(path: string, translate = (text: string) => text): Scenario {
  const translateStrings = (_key: string, value: unknown) =>
    typeof value === 'string' ? translate(value) : value;
  return scenarioSchema.parse(JSON.parse(readFileSync(path, 'utf8'), translateStrings));
}

export function flowsOf({ steps }: Scenario): Flow[] {
  return steps.flatMap((step) => ('flows' in step ? step.flows : []));
}

/** The node's own addresses in the family of the scenario. */
export function nodeAddressesOf({ node, family }: Scenario): Address[] {
  return node.addresses.filter((address) => familyOf(address) === family);
}

/** Every endpoint that is there at any time, with its ports. */
export function endpointsOf({ steps }: Scenario): Endpoint[] {
  const endpoints = steps.flatMap((step) =>
    'apply' in step
      ? (step.apply.endpoints ?? []).flatMap(({ addresses }) =>
          addresses.flatMap((address) =>
            (step.apply.ports ?? []).map(({ protocol, port }) => ({ address, protocol, port })),
          ),
        )
      : [],
  );
  return [...new Map(endpoints.map((endpoint) => [JSON.stringify(endpoint), endpoint])).values()];
}

/** Who sends or serves at any time, other than the node. */
export function hostsOf(scenario: Scenario): readonly Address[] {
  const clients = flowsOf(scenario).filter((flow) => !isSentByNode(scenario, flow));
  const endpoints = endpointsOf(scenario).map(({ address }) => address);
  return [...new Set([...clients.map(({ source }) => source), ...endpoints])];
}

/** Whether one lab can play both: it cannot where an address is a host's in one, and nobody's or the node's in the other. */
export function shareLab(one: Scenario, other: Scenario): boolean {
  const isFree = (of: Scenario, address: Address) =>
    nodeAddressesOf(of).includes(address) || flowsOf(of).some(({ destination }) => destination === address);
  return (
    one.family === other.family &&
    !hostsOf(one).some((host) => isFree(other, host)) &&
    !hostsOf(other).some((host) => isFree(one, host))
  );
}

export interface Endpoint {
  readonly address: Address;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
}

/** Sent by the node itself: from an address of its own, from the loopback, or from the frontend that it is sent to. */
export function isSentByNode(scenario: Scenario, flow: Flow): boolean {
  return isLoopback(flow.source) || nodeAddressesOf(scenario).includes(flow.source) || isLent(scenario, flow);
}

/** A load balancer's address that some agent has given to the node, and from which the node sends to that address. */
export function isLent(scenario: Scenario, { source, destination }: Flow): boolean {
  return source === destination && !isLoopback(source) && !nodeAddressesOf(scenario).includes(source);
}

const addressSchema = z.string().transform((text, context): Address => {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  context.addIssue(`${text} is no IP address`);
  return z.NEVER;
});

const flowSchema = z.object({
  name: z.string(),
  protocol: z.enum(['tcp', 'udp', 'sctp']),
  source: addressSchema,
  destination: addressSchema,
  port: z.number(),
  expect: z.object({
    verdict: z.enum(['dnat', 'reject', 'drop', 'accept', 'untouched']),
    endpoints: z.array(z.string()).default([]),
    masquerade: z.boolean(),
  }),
});

/** Only what the test looks at; the rest goes to the product as it is. */
const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  endpoints: z.array(z.looseObject({ addresses: z.array(addressSchema) })).optional(),
  ports: z.array(z.looseObject({ protocol: z.enum(['TCP', 'UDP', 'SCTP']), port: z.number() })).optional(),
});

const scenarioSchema = z.object({
  name: z.string(),
  backend: z.enum(['iptables', 'nftables']),
  family: z.enum(['IPv4', 'IPv6']),
  node: z.object({ name: z.string(), addresses: z.array(addressSchema), primaryIP: addressSchema }),
  config: z.object({
    clusterCIDR: z.string(),
    masqueradeAll: z.boolean(),
    nodePortAddresses: z.array(z.string()),
    localhostNodePorts: z.boolean().optional(),
    serviceCIDRs: z.array(z.string()).optional(),
  }),
  steps: z.array(
    z.union([
      z.object({ apply: objectSchema }),
      z.object({ delete: objectSchema }),
      z.object({ sync: z.literal(true) }),
      z.object({ flows: z.array(flowSchema) }),
    ]),
  ),
});
