import { ToolError } from '../../backend/failure.ts';
import { isCrash } from '../list-by.ts';
import { bytesOf } from '../netlink/netlink-attributes.ts';
import { tableAttributes } from '../netlink/nf-tables/kernel-numbers.ts';
import { listNfTablesParts, type NftTitle, titlesOf } from '../netlink/nf-tables/requests.ts';
import { userDataRow } from '../netlink/nf-tables/user-data.ts';
import { runTool } from '../run-tool.ts';
import { Unobservable } from '../unobservable.ts';

/** The nft of this machine, and what becomes of it at each table. */
export interface NftListings {
  /** `1.0.6`. */
  readonly version: string;
  readonly tables: readonly NftListing[];
}

export interface NftListing extends NftTitle {
  /** The version of nft that has written it: from 1.1.5 on, it says so in the table. */
  readonly writtenBy: string | undefined;
  /** How nft crashes when it lists the table: `nft: killed by SIGSEGV`; `undefined` where it does not. */
  readonly crash: string | undefined;
}

/**
 * Has nft list each table that packets of IP pass, in a process that may crash; `undefined` where there is no nft. Throws an
 * `Unobservable` where the tables cannot be seen.
 */
export async function nftListings(signal: AbortSignal): Promise<NftListings | undefined> {
  const parts = await listNfTablesParts({ get: 'table', content: [] });
  if (parts === undefined) throw new Unobservable('the kernel does not list its tables to this process');
  const version = await nftVersion(signal);
  if (version === undefined) return undefined;
  const tables: NftListing[] = [];
  for (const part of parts) {
    for (const title of titlesOf(part)) {
      const writtenBy = versionIn(bytesOf(part.find(tableAttributes.userData)));
      tables.push({ ...title, writtenBy, crash: await crashAt(title, signal) });
    }
  }
  return { version, tables };
}

async function nftVersion(signal: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout } = await runTool('nft', ['--version'], { signal });
    return /v(\d[\d.]*)/.exec(stdout)?.[1];
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

async function crashAt({ family, name }: NftTitle, signal: AbortSignal): Promise<string | undefined> {
  try {
    await runTool('nft', ['--terse', 'list', 'table', family, name], { signal, output: 'ignore' });
    return undefined;
  } catch (error) {
    if (error instanceof ToolError && isCrash(error.message)) return error.message;
    throw error;
  }
}

/** NFTNL_UDATA_TABLE_NFTVER of libnftnl/udata.h: three numbers, as in 1.1.7. */
function versionIn(userData: Buffer | undefined): string | undefined {
  const version = userDataRow(userData, nftVersionType);
  return version && [...version.subarray(0, 3)].join('.');
}

const nftVersionType = 1;
