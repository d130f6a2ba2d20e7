import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Family } from '../../net/family.ts';

/** What the rules of a family need of the machine. */
export interface FamilyNeeds {
  /** A program without which they cannot be written. */
  readonly command?: string;
  /** The kernel has it where it has IPv6, in every network namespace. */
  readonly ipv6File?: string;
}

/** Why this machine cannot have rules of the family, for good; `undefined` where it can. */
export async function whyFamilyIsMissing(
  family: Family,
  { command, ipv6File = '/proc/net/if_inet6' }: FamilyNeeds,
): Promise<string | undefined> {
  if (family === 'IPv6' && !(await canAccess(ipv6File)))
    return `the kernel has no IPv6: ${ipv6File} is not there`;
  if (command !== undefined && !(await isInPath(command)))
    return `the command ${command} is not on this machine`;
  return undefined;
}

async function isInPath(command: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.all(folders.map((folder) => canAccess(join(folder, command), constants.X_OK)));
  return found.includes(true);
}

async function canAccess(path: string, mode?: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
