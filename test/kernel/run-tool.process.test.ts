import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runTool, type ToolOptions, toolLines } from '../../src/kernel/run-tool.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-run-'));
});
afterEach(() => rm(folder, { recursive: true }));

const shell = (script: string, options?: ToolOptions) => runTool('sh', ['-c', script], options);
const lines = (script: string, options?: ToolOptions) =>
  toolLines('sh', ['-c', script], ({ status, stderr }) => new Error(`${status}: ${stderr}`), options);

/** What a script writes to a file, as soon as it has written it. */
async function written(name: string): Promise<string> {
  const file = join(folder, name);
  await vi.waitUntil(() => existsSync(file), { timeout: 600_000 });
  return vi.waitUntil(async () => (await readFile(file, 'utf8')).trim(), { timeout: 600_000 });
}

async function hasEnded(pid: string): Promise<void> {
  await vi.waitUntil(() => !existsSync(`/proc/${pid}`), { timeout: 600_000 });
}

const agent = fileURLToPath(new URL('../support/kernel/run-tool-agent.ts', import.meta.url));

describe('a tool that ends by itself', () => {
  test('gives its status and what it printed', async () => {
    expect(await shell('echo printed; echo said >&2; exit 3')).toEqual({
      status: 3,
      stdout: 'printed\n',
      stderr: 'said\n',
    });
  });

  test.each([
    ['a text', 'a\nb\n'],
    ['pieces', ['a\n', 'b\n']],
    ['nothing', undefined],
  ])('reads %s', async (_, input) => {
    const { stdout } = await shell('cat', { input });
    expect(stdout).toBe(input === undefined ? '' : 'a\nb\n');
  });

  test('need not read everything', async () => {
    const large = Array.from({ length: 100 }, () => 'x'.repeat(100_000));
    expect(await shell('exit 4', { input: large })).toMatchObject({ status: 4 });
  });

  test('speaks English, and may say much', async () => {
    const { stdout, stderr } = await shell('echo $LC_ALL; yes said | head -c 1000000 >&2');
    expect(stdout).toBe('C\n');
    expect(stderr).toHaveLength(1 << 16);
  });

  test('is no shell: arguments are what they are', async () => {
    expect(await runTool('echo', ['$HOME', ';', '*'])).toMatchObject({ stdout: '$HOME ; *\n' });
  });

  test('gives its lines, and at the end its failure', async () => {
    const read: string[] = [];
    const reading = async () => {
      for await (const line of lines('printf "a\\nb\\nc"; echo why >&2; exit 2')) read.push(line);
    };
    await expect(reading()).rejects.toThrow('2: why');
    expect(read).toEqual(['a', 'b', 'c']);
  });
});

describe('a tool that cannot be run', () => {
  test('is missing, and the error says what to install', async () => {
    await expect(runTool('nft-of-nowhere', [])).rejects.toMatchObject({ failure: 'missing' });
    vi.stubEnv('PATH', folder);
    await expect(runTool('conntrack', [])).rejects.toThrow(
      'the command conntrack is not on this machine; install conntrack (Debian: apt-get install conntrack)',
    );
    vi.unstubAllEnvs();
  });

  test('may not be run', async () => {
    await writeFile(join(folder, 'tool'), '');
    await expect(runTool(join(folder, 'tool'), [])).rejects.toMatchObject({ failure: 'permission' });
  });

  test('cannot be started for the moment where no file can be opened', async () => {
    const script = `ulimit -n 64; exec "$0" "$1" "without files" true`;
    const { stdout } = await execa('sh', ['-c', script, process.execPath, agent]);
    expect(stdout).toMatch(/^unable: true: it could not be started: .*EMFILE/);
  });
});

describe('a tool that does not end by itself could not do it', () => {
  test.each(['KILL', 'TERM', 'SEGV'])('killed by SIG%s', async (signal) => {
    await expect(shell(`echo said >&2; kill -${signal} $$; sleep 1`)).rejects.toMatchObject({
      failure: 'unable',
      message: `sh: killed by SIG${signal}: said`,
    });
    await expect(Array.fromAsync(lines(`echo a; kill -${signal} $$`))).rejects.toMatchObject({
      failure: 'unable',
    });
  });

  test('hanging for longer than it may', async () => {
    await expect(shell('exec sleep 1000', { patience: 20 })).rejects.toMatchObject({
      failure: 'unable',
      message: 'sh: it hung, and was ended after 0.02 s',
    });
  });

  test('ended by the signal, its lines too', async () => {
    const ending = new AbortController();
    const { signal } = ending;
    const run = shell(`echo $$ >${folder}/run; exec sleep 1000`, { signal });
    const read = Array.fromAsync(lines(`echo $$ >${folder}/lines; exec sleep 1000`, { signal }));
    const ended = { failure: 'unable', message: 'sh: ended before it was done' };
    const both = [expect(run).rejects.toMatchObject(ended), expect(read).rejects.toMatchObject(ended)];
    const pids = [await written('run'), await written('lines')];
    ending.abort();
    await Promise.all(both);
    await Promise.all(pids.map(hasEnded));
  });

  test('ended though it does not mind SIGTERM', async () => {
    const ending = new AbortController();
    const run = shell(`trap "" TERM; echo $$ >${folder}/pid; while :; do sleep 0.1; done`, {
      signal: ending.signal,
    });
    const ended = expect(run).rejects.toMatchObject({ failure: 'unable' });
    const pid = await written('pid');
    ending.abort();
    await ended;
    await hasEnded(pid);
  });

  test('not begun where the signal has aborted', async () => {
    await expect(shell(`echo >${folder}/begun`, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(existsSync(join(folder, 'begun'))).toBe(false);
  });

  test('whatever children of its own hold its output open', async () => {
    const script = `touch ${folder}/on; (while test -e ${folder}/on; do sleep 0.1; done) & kill -KILL $$`;
    await expect(shell(script)).rejects.toThrow('killed by SIGKILL');
    await expect(Array.fromAsync(lines(script))).rejects.toThrow('killed by SIGKILL');
  });

  test('where its input breaks off: it never takes a part for the whole', async () => {
    const broken = function* () {
      yield 'first\n';
      throw new Error('a fault of this program');
    };
    await expect(shell(`cat >/dev/null; echo >${folder}/done`, { input: broken() })).rejects.toThrow(
      'a fault of this program',
    );
    expect(existsSync(join(folder, 'done'))).toBe(false);
  });
});

test('a tool whose reader stops is ended', async () => {
  for await (const line of lines(`echo $$ >${folder}/pid; exec yes`)) {
    expect(line).toBe('y');
    break;
  }
  await hasEnded(await written('pid'));
});

test('a tool does not outlive the process', async () => {
  const script = `echo $$ >${folder}/pid; trap "" TERM; while :; do sleep 0.1; done`;
  const process_ = spawn(process.execPath, [agent, 'ends', 'sh', '-c', script], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const pid = await written('pid');
  process_.stdin.write('end\n');
  await once(process_, 'exit');
  await hasEnded(pid);
});
