import { readFile } from 'node:fs/promises';
import { createTwoFilesPatch } from 'diff';
import pc from 'picocolors';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { type PacketCounter, packetCounters } from '../iptables/options.ts';
import { type ChainDifference, ruleDifference } from '../iptables/rule-difference.ts';
import { readSavedTables } from '../iptables/saved-rules.ts';
import type { IptablesVariant } from '../kernel/iptables-variant.ts';
import { type Family, families } from '../net/family.ts';
import { formatProblem } from '../state/problem.ts';
import { desiredFor, factsFromObjects } from './desired.ts';
import { type ExitStatus, exitStatus, UserError } from './exit-status.ts';
import { type CommonOptions, type LoadedState, loadConfig, loadState, openSource } from './inputs.ts';
import { requireIptablesMode } from './mode.ts';

export interface DiffOptions extends CommonOptions {
  /** `live`, or the path of a file that iptables-save or ip6tables-save wrote. */
  readonly against: string;
  readonly family: Family | undefined;
  readonly variant: IptablesVariant | undefined;
  readonly color: boolean;
}

/** Prints what a sync would change, chain by chain. */
export async function diff(options: DiffOptions): Promise<ExitStatus> {
  const { config } = await loadConfig(options.flags);
  requireIptablesMode(config);
  const loaded = await loadState(await openSource(options.source), config, options);
  for (const problem of loaded.problems) process.stderr.write(`${formatProblem(problem)}\n`);
  const sides =
    options.against === 'live' ? await liveSides(options) : await savedSide(options.against, options);
  let differences = 0;
  for (const { family, name, text } of sides) {
    const facts = { ...(await factsFor(options.against, loaded, config)), packetCounters: countersIn(text) };
    const tables = readSavedTables(text);
    for (const difference of ruleDifference(tables, desiredFor(family, loaded, config, facts))) {
      process.stdout.write(formatDifference(name, family, difference, pc.createColors(options.color)));
      differences += 1;
    }
  }
  return differences === 0 ? exitStatus.ok : exitStatus.incomplete;
}

/** The rules of one family on the side that is compared with. */
interface Side {
  readonly family: Family;
  readonly name: string;
  /** What iptables-save printed. */
  readonly text: string;
}

async function liveSides({ family, variant }: DiffOptions): Promise<readonly Side[]> {
  const { detectIptablesVariant } = await import('../kernel/iptables-variant.ts');
  const { iptablesTool } = await import('../kernel/iptables-tool.ts');
  const chosen = variant ?? (await detectIptablesVariant()).variant;
  return Promise.all(
    (family === undefined ? families : [family]).map(async (one) => {
      const lines = await Array.fromAsync(iptablesTool(one, chosen).save());
      return { family: one, name: 'live', text: lines.join('\n') };
    }),
  );
}

async function savedSide(path: string, { family }: DiffOptions): Promise<readonly Side[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(
      `--against ${path}: cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (readSavedTables(text).size === 0)
    throw new UserError(`--against ${path}: holds no table; it must be what iptables-save prints`);
  return [{ family: family ?? familyOfRules(text), name: path, text }];
}

/** Rules of ip6tables give themselves away by an address or an ICMP message of IPv6. */
function familyOfRules(text: string): Family {
  return /^-A .*(?:-[sd] \S*:\S*|icmp6)/m.test(text) ? 'IPv6' : 'IPv4';
}

async function factsFor(against: string, loaded: LoadedState, config: ProxyConfig) {
  if (against !== 'live') return factsFromObjects(loaded, config);
  const { lookAtNode } = await import('../kernel/node-facts.ts');
  return lookAtNode(config, loaded.state.node, new Set());
}

/** Counters change no packet's way, so the rules that are compared have those of the other side. */
function countersIn(text: string): ReadonlySet<PacketCounter> {
  return new Set(packetCounters.filter((name) => text.includes(name)));
}

type Colors = ReturnType<typeof pc.createColors>;

function formatDifference(name: string, family: Family, difference: ChainDifference, colors: Colors): string {
  const { table, chain, live, wanted } = difference;
  const title = `${family} ${table} ${chain}`;
  const [before, after] = [live, wanted].map((rules) =>
    (rules ?? []).map((rule) => `-A ${chain} ${rule}\n`).join(''),
  );
  const patch = createTwoFilesPatch(
    live === undefined ? '/dev/null' : `${name} ${title}`,
    wanted === undefined ? '/dev/null' : `wanted ${title}`,
    before ?? '',
    after ?? '',
  );
  return patch
    .split('\n')
    .filter((line) => !line.startsWith('====') && !line.startsWith('\\'))
    .map((line) => paint(line, colors))
    .join('\n');
}

function paint(line: string, colors: Colors): string {
  if (line.startsWith('---') || line.startsWith('+++')) return colors.bold(line);
  if (line.startsWith('@@')) return colors.cyan(line);
  if (line.startsWith('-')) return colors.red(line);
  return line.startsWith('+') ? colors.green(line) : line;
}
