import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { clusterCIDR } from '../iptables/rules.ts';
import { clusterIP, endpointAddresses } from '../objects.ts';
import { cpuSeconds } from '../process-usage.ts';
import { kubeProxyTable } from './kube-proxy.ts';

/** Who programs the rules that are explained, and by what. */
export type RulesBy = 'nftables' | 'iptables-nft' | 'iptables-legacy' | 'kube-proxy';

/** What `portolan explain` takes on a node with the rules of a cluster. */
export interface ExplainFigures {
  /** Where the rules came from: the kernel, or a file as this command writes it. */
  readonly from: string;
  /** Seconds of the whole process, one a run. */
  readonly seconds: readonly number[];
  /** CPU seconds of it, with what it calls, one a run. */
  readonly cpu: readonly number[];
  /** Megabytes of resident memory at most, of portolan itself. */
  readonly peakMemory: number;
}

const [folder = '', services = '', endpoints = '', rulesBy = ''] = process.argv.slice(2);
const size = { services: Number(services), endpoints: Number(endpoints) };
const rounds = 5;
const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));

await program();
const figures: ExplainFigures[] = [await measure('the kernel', ['--live'])];
for (const command of saves()) {
  const file = join(folder, '..', `${rulesBy}-${services}.save`);
  await saveTo(file, command);
  figures.push(await measure(`a file of ${command.join(' ')}`, ['--rules', file]));
}
process.stdout.write(JSON.stringify(figures));

/** Puts the rules into this network namespace. */
async function program(): Promise<void> {
  if (rulesBy === 'kube-proxy') {
    for (const input of kubeProxyTable(size)) await execa('nft', ['-f', '-'], { input });
    return;
  }
  const mode = rulesBy === 'nftables' ? ['nftables'] : ['iptables', '--iptables-variant', rulesBy.slice(9)];
  const flags = ['--source', folder, '--cluster-cidr', clusterCIDR, '--proxy-mode', ...mode];
  await execa(portolan, ['run', '--once', ...flags]);
}

function saves(): readonly (readonly string[])[] {
  if (rulesBy.startsWith('iptables')) return [[`${rulesBy}-save`]];
  return [
    ['nft', 'list', 'ruleset'],
    ['nft', '-j', 'list', 'ruleset'],
  ];
}

/** By a descriptor, not a pipe: nft writes every few characters apart. */
async function saveTo(file: string, [command = '', ...args]: readonly string[]): Promise<void> {
  const stream = createWriteStream(file);
  await new Promise((resolve) => stream.once('open', resolve));
  await execa(command, args, { stdout: stream });
  stream.close();
}

async function measure(from: string, rules: readonly string[]): Promise<ExplainFigures> {
  const [seconds, cpu]: [number[], number[]] = [[], []];
  const args = ['explain', ...packet(), ...rules, '--output', 'json'];
  for (let round = 0; round < rounds; round++) {
    const [started, cpuBefore] = [performance.now(), cpuSeconds(process.pid)];
    const { stdout } = await execa(portolan, args);
    seconds.push((performance.now() - started) / 1000);
    cpu.push(cpuSeconds(process.pid) - cpuBefore);
    ensureRight(stdout);
  }
  return { from, seconds, cpu, peakMemory: await peakMemoryOf(args) };
}

/** From a pod to the Service in the middle. */
function packet(): readonly string[] {
  const [client = ''] = endpointAddresses(0, size.endpoints);
  return ['--from', client, '--to', `${clusterIP(size.services >> 1)}:80`];
}

function ensureRight(answer: string): void {
  const { verdict, endpoints: found } = JSON.parse(answer);
  if (verdict !== 'dnat' || found.length !== size.endpoints)
    throw new Error(`explain says ${verdict} to ${found.length} endpoints, of ${size.endpoints}`);
}

/** In a run of its own: the question costs a few milliseconds. */
async function peakMemoryOf(args: readonly string[]): Promise<number> {
  const tell = "process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS))";
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(tell)}`;
  const { stderr } = await execa(portolan, args, { env: { NODE_OPTIONS } });
  return Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1000;
}
