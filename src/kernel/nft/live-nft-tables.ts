import type { Family } from '../../net/family.ts';
import { GrowingTable, type TablePart } from '../../rules-text/nft/growing-table.ts';
import { type NftTable, readNftListing } from '../../rules-text/nft/read-listing.ts';
import { tableBlocks } from '../../rules-text/nft/table-blocks.ts';
import type { Element, Rule, Scalar } from '../../rules-text/rule.ts';
import type { Unread } from '../../trace/walk.ts';
import { forEachAtOnce, listBy } from '../list-by.ts';
import { LiveRulesError, type LiveTable, listingFailed } from '../live-table.ts';
import { readChainText } from '../netlink/nf-tables/chain-text.ts';
import { type KernelElement, type LookedUp, lookUpElements } from '../netlink/nf-tables/kernel-elements.ts';
import { readFrameText, unreadableChainText } from '../netlink/nf-tables/read/frame-text.ts';
import { listNfTables, type NftFamily, type NftTitle, sizeOf } from '../netlink/nf-tables/requests.ts';
import { keyBytes, valueOfBytes } from '../netlink/nf-tables/value-bytes.ts';
import { notInstalled } from '../tool-words.ts';

/**
 * The tables that packets of the family may pass, in the order of their making. Where netlink cannot be used, nft is asked
 * for flow tables, since it reads no more than the tables then: for `list tables` nft 1.0 reads all rules.
 */
export async function nftTitles(family: Family): Promise<readonly NftTitle[]> {
  const titles = (await listNfTables()) ?? (await titlesByCommand());
  return titles.filter((title) => title.family === 'inet' || title.family === familyWord(family));
}

async function titlesByCommand(): Promise<readonly NftTitle[]> {
  const listed = await listBy('nft', ['list', 'flowtables']);
  if (listed.kind === 'missing')
    throw new LiveRulesError(`the rules in force cannot be read: ${notInstalled('nft')}`);
  if (listed.kind !== 'printed') throw listingFailed('nft list flowtables', listed.said);
  return tableBlocks(listed.text).flatMap(({ family, name }) =>
    family === 'inet' || family === 'ip' || family === 'ip6' ? [{ family, name }] : [],
  );
}

function familyWord(family: Family): NftFamily {
  return family === 'IPv4' ? 'ip' : 'ip6';
}

/** A table without the elements of its named sets, which are read as they are asked for; `undefined` where it has gone. */
export async function openNftTable(title: NftTitle, family: Family): Promise<LiveTable | undefined> {
  const listed = await readFrame(title, family);
  return listed && new NativeTable(title, family, new GrowingTable(listed));
}

/**
 * nft 1.0 spares the elements of named sets only where a rule set is listed: so this lists one more, of a family that is
 * of no interest and mostly empty. For a table of 110,000 elements that takes 5 ms in place of 2 s. Of large tables it
 * lists no rules.
 */
async function readFrame(title: NftTitle, family: Family): Promise<NftTable | undefined> {
  const { family: of, name } = title;
  if (of !== 'inet' && ((await sizeOf(title)) ?? 0) > largeTable)
    return readListing(
      ['chains', 'sets', 'maps'].map((part) => `list ${part} ${of}`).join('; '),
      title,
      family,
    );
  const table = `list table ${of} ${name}`;
  return (
    (await readListing(`list ruleset bridge; ${table}`, title, family)) ?? readListing(table, title, family)
  );
}

/**
 * The frame by netlink alone, where nft crashes: it reads tables of others, too, and does so at what another version of it has
 * written (kubernetes issues 136786 and 140898).
 */
async function readFrameWithoutNft(title: NftTitle, family: Family): Promise<NftTable | undefined> {
  const text = await readFrameText(title);
  return text === undefined ? undefined : frameIn(text, title, family, { withoutRules: true });
}

function frameIn(
  text: string,
  title: NftTitle,
  family: Family,
  leftOut: { withoutRules: boolean },
): NftTable | undefined {
  return readNftListing(text, family, { terse: true, ...leftOut }).find(
    ({ family: of, tableName }) => of === title.family && tableName === title.name,
  );
}

/** Chains, sets and maps from which on nft takes more than a tenth of a second for the rules of all chains. */
const largeTable = 500;

async function readListing(command: string, title: NftTitle, family: Family): Promise<NftTable | undefined> {
  const listed = await listBy('nft', ['--terse', command]);
  if (listed.kind === 'missing') throw missing(title);
  if (listed.kind === 'crashed') {
    const frame = await readFrameWithoutNft(title, family);
    if (frame !== undefined) return frame;
  }
  if (listed.kind !== 'printed') {
    if (isAbsent(listed.said)) return undefined;
    throw listingFailed(`nft --terse ${command}`, listed.said);
  }
  return frameIn(listed.text, title, family, { withoutRules: command.startsWith('list chains') });
}

/** The rules of one chain, as nft lists them; `undefined` where it or nft is not there. */
export async function listNftChain(
  { family: of, name }: NftTitle,
  chain: string,
  family: Family,
): Promise<readonly Rule[] | undefined> {
  const listed = await listBy('nft', ['list', 'chain', of, name, chain]);
  if (listed.kind !== 'printed') return undefined;
  const rules = readNftListing(listed.text, family)[0]?.chain(chain);
  return typeof rules === 'string' ? undefined : rules;
}

class NativeTable implements LiveTable {
  readonly table: GrowingTable;
  readonly #title: NftTitle;
  readonly #family: Family;

  constructor(title: NftTitle, family: Family, table: GrowingTable) {
    this.#title = title;
    this.#family = family;
    this.table = table;
  }

  async read(parts: readonly Unread[]): Promise<void> {
    const left = await this.#readElements(parts);
    await forEachAtOnce(left, commandsAtOnce, (part) => this.#readPart(part));
  }

  /** Those elements that the kernel can be asked for one by one; gives back what is left. */
  async #readElements(parts: readonly Unread[]): Promise<readonly Unread[]> {
    const requests = parts.flatMap((part) => {
      const request = 'key' in part && this.#request(part.set, part.key);
      return request ? [{ part, request }] : [];
    });
    const replies = await lookUpElements(requests.map(({ request }) => request));
    const read = new Set<Unread>();
    for (const [at, { part }] of requests.entries()) {
      if (this.#learnElement(part.set, part.key, replies[at] ?? 'unanswered')) read.add(part);
    }
    return parts.filter((part) => !read.has(part));
  }

  #request(set: string, key: readonly Scalar[]) {
    const declaration = this.table.declaration(set);
    if (declaration === 'absent' || declaration.hasIntervals) return undefined;
    const bytes = keyBytes(key, declaration.key);
    return bytes && { family: this.#title.family, table: this.#title.name, set, key: bytes };
  }

  #learnElement(set: string, key: readonly Scalar[], reply: LookedUp): boolean {
    if (reply === 'unanswered' || reply === 'forbidden') return false;
    const element = reply === 'absent' ? undefined : this.#elementOf(set, key, reply);
    if (element === 'unsupported') return false;
    this.table.learnElement(set, key, element);
    return true;
  }

  #elementOf(
    set: string,
    key: readonly Scalar[],
    { data, verdict, comment }: KernelElement,
  ): Element | 'unsupported' {
    const declaration = this.table.declaration(set);
    if (declaration === 'absent') return 'unsupported';
    const types = declaration.data;
    if (types === undefined) return { key, comment };
    if (types === 'verdict') return verdict === undefined ? 'unsupported' : { key, verdict, comment };
    const values = types === 'object' || data === undefined ? undefined : valueOfBytes(data, types);
    const [only, ...more] = values ?? [];
    if (values === undefined || only === undefined) return 'unsupported';
    return { key, data: more.length === 0 ? only : values, comment };
  }

  /** nft is asked only for what the kernel's own form does not tell. */
  async #readPart(part: Unread): Promise<void> {
    const text =
      'chain' in part
        ? await readChainText(this.#title, part.chain, (set) => this.table.declaration(set))
        : undefined;
    if (text === undefined) await this.#readByCommand(part);
    else this.table.learn(part, text);
  }

  async #readByCommand(part: TablePart): Promise<void> {
    const words = this.table.command(part);
    const listed = await listBy('nft', words);
    if (listed.kind === 'missing') throw missing(this.#title);
    const unreadable =
      listed.kind === 'crashed' && 'chain' in part
        ? await unreadableChainText(this.#title, part.chain)
        : undefined;
    if (listed.kind === 'printed') this.table.learn(part, listed.text);
    else if (unreadable !== undefined) this.table.learn(part, unreadable);
    else if (isAbsent(listed.said)) this.table.learn(part, undefined);
    else throw listingFailed(`nft ${words.join(' ')}`, listed.said);
  }
}

/** As many as a node has cores to spare. */
const commandsAtOnce = 4;

function isAbsent(said: string): boolean {
  return said.includes('No such file or directory');
}

function missing({ family, name }: NftTitle): LiveRulesError {
  return new LiveRulesError(`table ${family} ${name} cannot be read: ${notInstalled('nft')}`);
}
