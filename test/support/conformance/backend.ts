import type { Family } from '../../../src/net/family.ts';
import type { Host } from '../lab/host.ts';

/** What the flows need to know of a backend, to look at its rules from outside. */
export interface Backend {
  readonly name: string;
  /** As in KubeProxyConfiguration. */
  readonly mode: 'iptables' | 'nftables';
  /** For `portolan run`, besides the objects and the configuration. */
  readonly runArguments: readonly string[];
  /** How many packets the proxy's own rules have rejected and dropped so far. */
  readRefusals(node: Host, family: Family): Promise<Refusals>;
  /** Closes a port of the node to packets that no rule before accepts, until disposed of. */
  closePort(node: Host, family: Family, port: ClosedPort): Promise<AsyncDisposable>;
}

export interface Refusals {
  readonly rejected: number;
  readonly dropped: number;
}

export interface ClosedPort {
  readonly protocol: string;
  readonly port: number;
}

export function iptablesBackend(variant: 'nft' | 'legacy'): Backend {
  return {
    name: `iptables-${variant}`,
    mode: 'iptables',
    runArguments: ['--iptables-variant', variant],
    async readRefusals(node, family) {
      const saved = await node.exec(`${commandOf(family)}-${variant}-save`, ['-c', '-t', 'filter']);
      return { rejected: countPackets(saved, 'REJECT'), dropped: countPackets(saved, 'DROP') };
    },
    async closePort(node, family, { protocol, port }) {
      const rule = ['INPUT', '-p', protocol, '--dport', String(port), '-j', 'DROP'];
      const command = `${commandOf(family)}-${variant}`;
      await node.exec(command, ['-w', '-A', ...rule]);
      return {
        async [Symbol.asyncDispose]() {
          await node.exec(command, ['-w', '-D', ...rule]);
        },
      };
    },
  };
}

export function nftablesBackend(): Backend {
  return {
    name: 'nftables',
    mode: 'nftables',
    runArguments: [],
    async readRefusals(node, family) {
      const listed = await node.exec('nft', ['list', 'table', tableFamily(family), 'portolan']);
      return { rejected: countVerdicts(listed, 'reject'), dropped: countVerdicts(listed, 'drop') };
    },
    async closePort(node, family, { protocol, port }) {
      const table = [tableFamily(family), 'closed-port'];
      const hook = '{ type filter hook input priority filter + 10; policy accept; }';
      const where = table.join(' ');
      const rules = [
        `add table ${where}`,
        `add chain ${where} input ${hook}`,
        `add rule ${where} input ${protocol} dport ${port} drop`,
      ].join('\n');
      await node.exec('nft', [rules]);
      return {
        async [Symbol.asyncDispose]() {
          await node.exec('nft', ['delete', 'table', ...table]);
        },
      };
    },
  };
}

function tableFamily(family: Family): string {
  return family === 'IPv4' ? 'ip' : 'ip6';
}

/** Packets of all rules with this verdict: every rule that refuses counts. */
function countVerdicts(listed: string, verdict: 'reject' | 'drop'): number {
  const rules = listed.matchAll(/\bcounter packets (\d+) bytes \d+ (reject|drop)\b/g);
  return rules.reduce((sum, [, packets, found]) => sum + (found === verdict ? Number(packets) : 0), 0);
}

function commandOf(family: Family): string {
  return family === 'IPv4' ? 'iptables' : 'ip6tables';
}

/** Packets of all rules in KUBE chains with this target; `iptables-save -c` prints `[packets:bytes]` before a rule. */
function countPackets(saved: string, target: string): number {
  const rules = saved.matchAll(/^\[(\d+):\d+\] -A KUBE-.* -j (\w+)/gm);
  return rules.reduce(
    (sum, [, packets, ruleTarget]) => sum + (ruleTarget === target ? Number(packets) : 0),
    0,
  );
}
