import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { UserError } from '../../src/program/exit-status.ts';
import { machine } from '../nftables/setup.ts';
import { cpuSeconds, peakMegabytes } from '../process-usage.ts';
import { markdownTable } from '../table.ts';
import { clusterOf, type Mix, mixes, questionsOf } from './questions.ts';

const services = 5_000;
const seconds = 5;

/**
 * What `portolan dns` answers over UDP, on loopback, to dnsperf (Debian's dnsperf). Takes no arguments. The processor's time of
 * the server counts: the load generator takes the rest of the machine.
 */
export async function dnsBenchmark(args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new UserError(`dns takes no arguments, got ${args.join(' ')}`);
  const before = machine();
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-dns-'));
  try {
    await writeFile(join(folder, 'objects.json'), JSON.stringify(clusterOf(services)));
    const rows: (readonly string[])[] = [];
    for (const mix of mixes) rows.push(await measure(folder, mix));
    const header = ['questions', 'answers a second', "of processor's time", 'each', 'memory'];
    process.stdout.write(`${before}, then ${machine()}\n\n${markdownTable(header, rows)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(folder: string, mix: Mix): Promise<readonly string[]> {
  const file = join(folder, 'questions');
  await writeFile(file, questionsOf(mix, services).join('\n'));
  const { child, port } = await startServer(join(folder, 'objects.json'));
  try {
    await load(file, port, 1);
    const used = cpuSeconds(child.pid ?? 0);
    const answers = await load(file, port, seconds);
    const cpu = cpuSeconds(child.pid ?? 0) - used;
    return [
      mix,
      `${Math.round(answers / seconds)}`,
      `${Math.round(answers / cpu)} a second`,
      `${((cpu / answers) * 1e6).toFixed(1)} µs`,
      `${peakMegabytes(child.pid ?? 0).toFixed(0)} MB`,
    ];
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
}

async function startServer(source: string): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const program = fileURLToPath(new URL('../../bin/portolan', import.meta.url));
  const options = ['--listen', '127.0.0.1:0', '--http', 'none', '--upstream', '127.0.0.1:1'];
  const child = spawn(program, ['dns', '--logging-format', 'json', '--source', source, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let port = 0;
  for await (const line of createInterface({ input: child.stderr })) {
    const { msg, address } = JSON.parse(line) as { readonly msg: string; readonly address?: string };
    if (msg === 'listening') port = Number(address?.split(':').at(-1));
    if (msg.startsWith('ready')) return { child, port };
  }
  throw new Error('portolan dns has ended');
}

/** Sends the questions for so long, 100 at a time; returns how many were answered. */
async function load(file: string, port: number, time: number): Promise<number> {
  const args = [
    '-s',
    '127.0.0.1',
    '-p',
    String(port),
    '-d',
    file,
    '-l',
    String(time),
    '-c',
    '10',
    '-q',
    '100',
  ];
  const { stdout } = await execa('dnsperf', args).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new UserError('dnsperf is missing: apt-get install dnsperf');
    throw error;
  });
  const [, answered = '', lost = ''] =
    /Queries completed:\s+(\d+)[\s\S]*Queries lost:\s+(\d+)/.exec(stdout) ?? [];
  if (Number(lost) > 0) process.stderr.write(`bench: ${lost} queries were lost\n`);
  return Number(answered);
}
