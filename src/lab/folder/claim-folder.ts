import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { UserError } from '../../program/exit-status.ts';
import { type LabFolder, labFolder, labsFolder } from './lab-folder.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';

/** Makes the folder of a new lab, for this process at first. Throws a `UserError` where there is such a lab. */
export function claimFolder(name: string): LabFolder {
  const folder = labFolder(name);
  requirePath(folder);
  livingLabs();
  // Renamed, not made: a folder that does not say whose it is counts as left behind.
  const draft = `${labsFolder()}/.${name}.${process.pid}`;
  mkdirSync(`${draft}/logs`, { recursive: true, mode: 0o700 });
  keepProcess(`${draft}/process`, process.pid);
  try {
    renameSync(draft, folder.path);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
    throw new UserError(
      `there is a lab ${name} already: end it (portolan lab down --name ${name}), or give this one another --name`,
    );
  }
  return folder;
}

/** From now on the lab lives with this process. */
export function handOver({ process: file }: LabFolder, pid: number): void {
  keepProcess(`${file}.new`, pid);
  renameSync(`${file}.new`, file);
}

/** The labs of this user, by name. What dead ones left is removed. */
export function livingLabs(): readonly LabFolder[] {
  const names = listed(labsFolder());
  for (const draft of names.filter((name) => name.startsWith('.'))) sweep(`${labsFolder()}/${draft}`);
  return names
    .filter((name) => !name.startsWith('.'))
    .map(labFolder)
    .filter((folder) => !sweep(folder.path));
}

/** The process that the lab lives with; `undefined` where it is dead. */
export function processOf({ process: file }: Pick<LabFolder, 'process'>): ProcessIdentity | undefined {
  try {
    const identity: ProcessIdentity = JSON.parse(readFileSync(file, 'utf8'));
    return isAlive(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a folder whose process is dead. */
function sweep(path: string): boolean {
  const isDead = processOf({ process: `${path}/process` }) === undefined;
  if (isDead) rmSync(path, { recursive: true, force: true });
  return isDead;
}

function keepProcess(file: string, pid: number): void {
  const identity = identityOf(pid);
  if (identity === undefined) throw new Error(`the process ${pid} has ended`);
  writeFileSync(file, JSON.stringify(identity));
}

function listed(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

/** struct sockaddr_un has 108 bytes for a path (unix(7)). */
function requirePath({ path, socket }: LabFolder): void {
  if (Buffer.byteLength(socket) > 107)
    throw new UserError(
      `the lab cannot be kept in ${path}: the path is too long for a socket; set XDG_STATE_HOME`,
    );
}
