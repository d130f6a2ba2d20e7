import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { inSandbox, openSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { shared } from '../support/shared.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft') ?? iptablesUnavailable('legacy');

const twoServices = `${web('web', 10)}---\n${web('worse', 11)}`;
const changed = (from: string, to: string) => `${web('web', 10)}---\n${web('worse', 11, { [from]: to })}`;

interface BadInput {
  readonly name: string;
  /** The files of the source; `web` is always a good one. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** What must stand on standard error. */
  readonly says: RegExp;
  /** Whether the Service "worse" still gets rules, for what of it is good. */
  readonly badServes?: boolean;
}

const cases: readonly BadInput[] = [
  {
    name: 'half-written YAML',
    files: { 'a.yaml': web(), 'b.yaml': web('worse', 11).slice(0, -30) },
    says: /b\.yaml: line \d+: /,
    badServes: true,
  },
  {
    name: 'YAML that is none',
    files: { 'a.yaml': `${web()}---\nkind: [Service\n` },
    says: /a\.yaml: line \d+: /,
  },
  {
    name: '10 MB of garbage',
    files: { 'a.yaml': web(), 'b.yaml': randomBytes(10 * 1024 * 1024) },
    says: /b\.yaml: .*(UTF-8|NUL)/,
  },
  {
    name: 'an endpoint address that is no address',
    files: { 'a.yaml': changed('10.244.0.11', '10.244.0.256') },
    says: /EndpointSlice default\/worse-1: endpoints\[0\]\.addresses\[0\]: .*IPv4 address.*10\.244\.0\.256/,
    badServes: true,
  },
  {
    name: 'port 0',
    files: { 'a.yaml': changed('port: 80,', 'port: 0,') },
    says: /Service default\/worse: spec\.ports\[0\]\.port: .*from 1 to 65535/,
  },
  {
    name: 'port 70000',
    files: { 'a.yaml': changed('port: 80,', 'port: 70000,') },
    says: /Service default\/worse: spec\.ports\[0\]\.port: .*from 1 to 65535.*70000/,
  },
  {
    name: 'a node port clash',
    files: { 'a.yaml': changed('nodePort: 30011', 'nodePort: 30010') },
    says: /node port 30010\/TCP belongs to Service default\/web/,
    badServes: true,
  },
  {
    name: 'duplicate ClusterIPs',
    files: { 'a.yaml': changed('clusterIP: 10.96.0.11', 'clusterIP: 10.96.0.10') },
    says: /spec\.clusterIPs: 10\.96\.0\.10 port 80\/TCP belongs to Service default\/web/,
    badServes: true,
  },
  {
    name: 'a protocol that does not exist',
    files: { 'a.yaml': changed('protocol: TCP, port: 80,', 'protocol: HTTP, port: 80,') },
    says: /Service default\/worse: spec\.ports\[0\]\.protocol: .*TCP.*"HTTP"/,
  },
  ...['a"b', 'a\\nb', 'a; flush ruleset', "a'b", '-j ACCEPT', 'a b'].flatMap((text): BadInput[] => [
    {
      name: `a Service's name with ${text}`,
      files: { 'a.yaml': changed('name: worse,', `name: ${quoted(text)},`) },
      says: /metadata\.name: must be/,
    },
    {
      name: `a namespace with ${text}`,
      files: { 'a.yaml': changed('namespace: default', `namespace: ${quoted(text)}`) },
      says: /metadata\.namespace: must be/,
    },
    {
      name: `a port's name with ${text}`,
      files: { 'a.yaml': changed('{name: http,', `{name: ${quoted(text)},`) },
      says: /spec\.ports\[0\]\.name: must be/,
    },
  ]),
];

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

if (unavailable !== undefined) test('bad input', ({ skip }) => skip(unavailable));

describe.skipIf(unavailable)(
  'bad input is named, left out, and shows in the exit status; the rest works',
  () => {
    const borrow = shared(openSandbox, (sandbox) => sandbox.clear());

    test.each(cases)('$name', async ({ files, says, badServes = false }) => {
      await using source = await objectsFolder(files);
      const sandbox = await borrow();
      const args = ['run', '--once', '--source', source.path, '--iptables-variant', 'nft'];
      const { exitCode, stderr } = await sandbox.portolan(args);
      const { stdout: rules } = await sandbox.sh('iptables-nft-save');
      expect(stderr).toMatch(says);
      expect(exitCode).toBe(1);
      expect(rules).toContain('default/web:http cluster IP');
      expect(rules.includes('default/worse')).toBe(badServes);
      expect(rules).not.toMatch(/flush ruleset|ACCEPT.*-j ACCEPT/);
    });
  },
);

describe.skipIf(unavailable)(
  'a machine that cannot do it is told apart from bad input: exit status 2, and why',
  () => {
    const run = 'portolan run --once --source "$SOURCE" --iptables-variant';
    const machines = [
      {
        name: 'iptables-restore is missing',
        script: `PATH=/nonexistent ${run} nft`,
        says: /the command iptables-nft-save is not on this machine; install iptables/,
      },
      {
        name: 'somebody holds the xtables lock',
        script: `exec 9>/run/xtables.lock; flock 9; ${run} legacy 9>&-`,
        says: /another program holds the xtables lock for more than 5 s/,
      },
      {
        name: 'no permission',
        script: `portolan() { setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$PORTOLAN" "$@"; }; ${run} nft`,
        says: /not permitted; it needs root or the capability CAP_NET_ADMIN/,
      },
      {
        name: 'the source does not exist',
        script: 'portolan run --once --source /nonexistent',
        says: /--source \/nonexistent: /,
      },
    ];
    test.each(machines)('$name', async ({ script, says }) => {
      await using source = await objectsFolder({ 'a.yaml': twoServices });
      const { exitCode, stderr } = await inSandbox(script, { env: { SOURCE: source.path } });
      expect(stderr).toMatch(says);
      expect(exitCode).toBe(2);
    });
  },
);
