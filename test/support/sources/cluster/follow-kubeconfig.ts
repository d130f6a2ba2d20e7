import { clusterSource } from '../../../../src/sources/cluster/cluster-source.ts';
import { httpTransport } from '../../../../src/sources/cluster/http-transport.ts';
import { Collected } from '../collect.ts';

interface Options {
  /** Tries again what fails. */
  readonly patient: boolean;
  readonly once: boolean;
  /** What failed, in order. */
  readonly failures: string[];
}

/** Loads the cluster of a kubeconfig as `portolan run` on `node-0` does, and follows it until it is disposed of. */
export async function followKubeconfig(path: string) {
  const collected = new Collected();
  const failures: string[] = [];
  const ending = new AbortController();
  const source = sourceAt(path, { patient: true, once: false, failures });
  await source.load(collected.listener, ending.signal);
  const following = source.follow(collected.listener, ending.signal);
  return {
    collected,
    failures,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await following;
    },
  };
}

/** A source as `portolan run` on `node-0` has it. */
export function sourceAt(path: string, { patient, once, failures }: Options) {
  const access = { kind: 'kubeconfig', path, master: undefined } as const;
  return clusterSource({
    transport: httpTransport(access, 'portolan/test', { requestDone() {} }),
    nodeName: 'node-0',
    serviceProxyName: '',
    needsPodCIDRs: false,
    patient,
    once,
    random: () => 0,
    events: {
      listed: () => {},
      failed: (_resource, failure) => failures.push(failure.message),
      recovered: () => {},
      awaitsNode: () => {},
    },
  });
}
