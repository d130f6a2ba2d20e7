import { z } from 'zod';
import * as kinds from './value-kinds.ts';

/** What a document sets; nothing is filled in yet. */
export type Settings = z.output<typeof configuration>;

const syncFields = {
  masqueradeBit: field(kinds.masqueradeBit),
  masqueradeAll: field(kinds.bool),
  syncPeriod: field(kinds.period),
  minSyncPeriod: field(kinds.period),
};

const outputFields = { splitStream: field(kinds.bool), infoBufferSize: field(kinds.quantity) };

const verbosity = kinds.integer(0, kinds.int32Max);

/** The fields of every section, by its path. */
const sections = {
  clientConnection: {
    kubeconfig: field(kinds.text),
    acceptContentTypes: field(kinds.text),
    contentType: field(kinds.text),
    qps: field(kinds.float),
    burst: field(kinds.integer(0, kinds.int32Max)),
  },
  logging: {
    format: field(kinds.word(['text', 'json', ''])),
    flushFrequency: field(kinds.durationOrNanoseconds),
    verbosity: field(verbosity),
  },
  'logging.vmodule': { filePattern: value(kinds.filePattern), verbosity: value(verbosity) },
  'logging.options': {},
  'logging.options.text': outputFields,
  'logging.options.json': outputFields,
  iptables: { ...syncFields, localhostNodePorts: field(kinds.bool) },
  nftables: syncFields,
  ipvs: {
    syncPeriod: field(kinds.duration),
    minSyncPeriod: field(kinds.duration),
    scheduler: field(kinds.text),
    excludeCIDRs: list(kinds.cidr),
    strictARP: field(kinds.bool),
    tcpTimeout: field(kinds.duration),
    tcpFinTimeout: field(kinds.duration),
    udpTimeout: field(kinds.duration),
  },
  winkernel: {
    networkName: field(kinds.text),
    sourceVip: field(kinds.text),
    enableDSR: field(kinds.bool),
    rootHnsEndpointName: field(kinds.text),
    forwardHealthCheckVip: field(kinds.bool),
  },
  detectLocal: { bridgeInterface: field(kinds.text), interfaceNamePrefix: field(kinds.text) },
  conntrack: {
    maxPerCore: field(kinds.integer(0, kinds.int32Max)),
    min: field(kinds.integer(0, kinds.int32Max)),
    tcpEstablishedTimeout: field(kinds.duration),
    tcpCloseWaitTimeout: field(kinds.duration),
    tcpBeLiberal: field(kinds.bool),
    udpTimeout: field(kinds.duration),
    udpStreamTimeout: field(kinds.duration),
  },
  '': {
    apiVersion: field(kinds.text),
    kind: field(kinds.text),
    mode: field(
      kinds.word(['iptables', 'nftables', ''], ' (ipvs and the Windows mode kernelspace are not offered)'),
    ),
    detectLocalMode: field(
      kinds.word(['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix', '']),
    ),
    clusterCIDR: field(kinds.text),
    nodePortAddresses: list(kinds.nodePortAddress),
    hostnameOverride: field(kinds.hostname),
    bindAddress: field(kinds.address),
    healthzBindAddress: field(kinds.bindAddress),
    metricsBindAddress: field(kinds.bindAddress),
    bindAddressHardFail: field(kinds.bool),
    enableProfiling: field(kinds.bool),
    showHiddenMetricsForVersion: field(kinds.version),
    oomScoreAdj: field(kinds.integer(-1000, 1000)),
    configSyncPeriod: field(kinds.period),
    portRange: field(kinds.text),
    windowsRunAsService: field(kinds.bool),
    featureGates: z.record(z.string(), value(kinds.bool)).optional(),
  },
};

/** A document without nulls. Its output are the fields that were given, each checked by itself. */
export const configuration = z.strictObject({
  ...sections[''],
  clientConnection: z.strictObject(sections.clientConnection).optional(),
  logging: z
    .strictObject({
      ...sections.logging,
      vmodule: z.array(z.strictObject(sections['logging.vmodule'])).optional(),
      options: z
        .strictObject({
          text: z.strictObject(sections['logging.options.text']).optional(),
          json: z.strictObject(sections['logging.options.json']).optional(),
        })
        .optional(),
    })
    .optional(),
  iptables: z.strictObject(sections.iptables).optional(),
  nftables: z.strictObject(sections.nftables).optional(),
  ipvs: z.strictObject(sections.ipvs).optional(),
  winkernel: z.strictObject(sections.winkernel).optional(),
  detectLocal: z.strictObject(sections.detectLocal).optional(),
  conntrack: z.strictObject(sections.conntrack).optional(),
});

/** Every path that a file may hold, sections included. */
export const fieldPaths: readonly string[] = Object.entries(sections).flatMap(([section, fields]) =>
  (section === '' ? [] : [section]).concat(
    Object.keys(fields).map((name) => (section === '' ? name : `${section}.${name}`)),
  ),
);

function value<T>(valueKind: kinds.ValueKind<T>) {
  return z.unknown().transform((input, context): T => {
    const parsed = valueKind.parse(input);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: kinds.refusal(valueKind, input) });
    return z.NEVER;
  });
}

function field<T>(valueKind: kinds.ValueKind<T>) {
  return value(valueKind).optional();
}

function list<T>(valueKind: kinds.ValueKind<T>) {
  return z.array(value(valueKind)).optional();
}
