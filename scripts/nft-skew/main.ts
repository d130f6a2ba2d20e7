import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type SuiteNft, suiteNft } from './suites.ts';
import { othersTables } from './tables.ts';

/**
 * Who can read whose tables: nft of several Debian suites and Portolan, each as writer and as reader, in network namespaces. Prints
 * a table. Ends with 1 where Portolan fails beside any table, or any nft fails at Portolan's.
 */
const folder = process.argv[2] ?? join(tmpdir(), 'nft-skew');
const product = fileURLToPath(new URL('../../', import.meta.url));
const program = join(product, 'bin/portolan');
const objects = join(product, 'fixtures/demo');

async function main(): Promise<void> {
  const nfts: SuiteNft[] = [];
  await makeFolder();
  for (const suite of ['bookworm', 'trixie', 'sid']) {
    try {
      nfts.push(await suiteNft(suite, folder));
    } catch (error) {
      process.stdout.write(`skipped: nft of ${suite} (${firstLine(error)})\n`);
    }
  }
  if (nfts.length === 0) return;
  const rows = [...(await portolanRow(nfts)), ...(await othersRows(nfts))];
  const header = ['written by', 'table', ...nfts.map(({ version }) => `nft ${version}`), 'portolan run'];
  for (const cells of [header, header.map(() => '---'), ...rows])
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  const isFaulty = rows.some(
    (cells) => cells.at(-1) !== 'ok' || (cells[0] === 'portolan' && cells.some(isFault)),
  );
  if (isFaulty) process.exitCode = 1;
}

/** This folder alone: with its parents, Node 24 tries for ever where a parent takes no folders, as /proc. */
async function makeFolder(): Promise<void> {
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw new Error(`the folder for nft cannot be made: ${error.message}`);
  });
}

function isFault(cell: string): boolean {
  return /^(?:fails|crashes)/.test(cell);
}

async function portolanRow(nfts: readonly SuiteNft[]): Promise<readonly (readonly string[])[]> {
  const cells = await Promise.all(nfts.map((reader) => read(run, reader)));
  return [['portolan', 'portolan', ...cells, await outcome(`${run}\n${run}`)]];
}

async function othersRows(nfts: readonly SuiteNft[]): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for (const writer of nfts) {
    for (const { title, text } of othersTables) {
      const load = `${quoted(writer.command)} -f - <<'EOF'\n${text}EOF`;
      const written = await outcome(load);
      const cells =
        written === 'ok' ? await Promise.all(nfts.map((reader) => read(load, reader))) : nfts.map(() => '–');
      rows.push([
        `nft ${writer.version}`,
        title,
        ...cells,
        written === 'ok' ? await outcome(`${load}\n${run}`) : 'ok',
      ]);
    }
  }
  return rows;
}

/** What a reader makes of what has been written: as text, and as JSON. */
async function read(write: string, reader: SuiteNft): Promise<string> {
  const nft = quoted(reader.command);
  const [text, json] = [
    await outcome(`${write}\n${nft} list ruleset >/dev/null`),
    await outcome(`${write}\n${nft} --json list ruleset >/dev/null`),
  ];
  return text === json ? text : `${text}; JSON ${json}`;
}

/** The proxy, once: it writes the tables of both families, or looks at them. */
const run = `NODE_NO_WARNINGS=1 ${quoted([program, 'run', '--once', '--proxy-mode', 'nftables', '--source', objects])} >/dev/null 2>&1`;

/** How a script ends that runs in a network namespace of its own, where each command must end well. */
async function outcome(script: string): Promise<string> {
  const { exitCode, stderr } = await execa(
    'unshare',
    ['--net', '--mount', 'sh', '-ec', `mount -t tmpfs none /run\n${script}`],
    { reject: false },
  );
  if (exitCode === 0) return 'ok';
  return exitCode !== undefined && exitCode > 128
    ? `crashes (signal ${exitCode - 128})`
    : `fails (${firstLine(stderr)})`;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(' ');
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').slice(0, 120);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`nft-skew: ${firstLine(error)}\n`);
  process.exitCode = 2;
}
