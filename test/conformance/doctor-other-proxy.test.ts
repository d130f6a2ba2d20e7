import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { judgeOtherProxy } from '../../src/doctor/cluster/proxies/other-proxy.ts';
import { readLiveRules } from '../../src/iptables/saved-rules.ts';
import { ServedServicesReader } from '../../src/kernel/nft/served-services.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';

const unavailable = sharedUnavailable();
if (unavailable !== undefined) console.warn(`skipped: ${unavailable}`);

/** What kube-proxy itself loaded. */
describe.skipIf(unavailable !== undefined)("doctor knows kube-proxy's rules", () => {
  const traces = { processes: [], virtualServers: [], interfaces: [], bpfMaps: [] };

  test.each(sharedEntries('golden'))('%s: in iptables', async (name) => {
    const text = recording(name, 'iptables-save.txt');
    const lines = (async function* () {
      yield* text.split('\n');
    })();
    const iptables = [{ variant: 'nft', family: 'IPv4', rules: await readLiveRules(lines) }] as const;
    expect(
      judgeOtherProxy({ mode: 'nftables', iptables, tables: [], traces, addresses: new Map() }),
    ).toMatchObject([{ severity: 'fault', finding: expect.stringContaining("kube-proxy's by their names") }]);
  });

  test.each(sharedEntries('golden'))('%s: in nftables, with the Services that it serves', (name) => {
    const [map = ''] = /map service-ips \{.*?\n\t\}/s.exec(recording(name, 'nft-ip.txt')) ?? [];
    const reader = new ServedServicesReader();
    for (const line of `table ip kube-proxy {\n${map}\n}\n`.split('\n')) reader.line(line);
    const [, nat = ''] = recording(name, 'iptables-save.txt').split('*nat');
    const inIptables = [...nat.matchAll(/^-A KUBE-SERVICES -d .*--comment "(\S+\/\S+)/gm)].map(
      ([, own]) => own,
    );
    expect(reader.services).toStrictEqual(new Set(inIptables));
  });
});

function recording(name: string, file: string): string {
  return readFileSync(`${sharedPath}golden/${name}/${file}`, 'utf8');
}
