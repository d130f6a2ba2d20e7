import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Change } from '../state/records.ts';
import { FileObjects } from './file-objects.ts';
import { isFolder, listFiles, versionOf } from './list-files.ts';
import { type FileContent, readObjectFile } from './read-object-file.ts';
import { type Source, SourceError, type SourceUpdate, type UpdateListener } from './source.ts';
import { watchFolder } from './watch-folder.ts';

/**
 * The objects in a file, or in the files of a folder: `*.yaml`, `*.yml` and `*.json`, hidden ones left out.
 * `load` throws a `SourceError` where the path cannot be read.
 */
export function filesSource(path: string): Source {
  return new FilesSource(path);
}

/** How long content that takes something away must stand still before it is believed, in milliseconds. */
const settleTime = 50;

/** Events may be lost, by a folder that is replaced for one; so files are looked at anyway, in milliseconds. */
const lookPeriod = 1_000;

class FilesSource implements Source {
  readonly #path: string;
  readonly #objects = new FileObjects();
  /** What each file looked like when it was read. */
  readonly #versions = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
  }

  async load(listener: UpdateListener): Promise<void> {
    for (const file of await this.#listReadable()) {
      this.#versions.set(file, (await versionOf(file)) ?? '');
      listener(this.#objects.replace(file, await readObjectFile(file)));
    }
    emit(listener, { changes: [], problems: [...this.#objects.clashes()] });
  }

  async follow(listener: UpdateListener, signal: AbortSignal): Promise<void> {
    const isOneFile = !(await isFolder(this.#path).catch(() => true));
    const events = watchFolder(isOneFile ? dirname(this.#path) : this.#path);
    const close = () => events.close();
    signal.addEventListener('abort', close);
    while (!signal.aborted) {
      try {
        await this.#look(listener);
      } catch (error) {
        listener({ changes: [], problems: [{ object: this.#path, reason: String(error) }] });
      }
      await events.next(lookPeriod);
    }
    close();
  }

  async #listReadable(): Promise<readonly string[]> {
    try {
      await access(this.#path, constants.R_OK);
      return await listFiles(this.#path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SourceError(`--source ${this.#path}: ${reason}`);
    }
  }

  async #look(listener: UpdateListener): Promise<void> {
    const files = await listFiles(this.#path).catch(() => undefined);
    if (files === undefined) {
      const reason = 'is not there any more; its objects stay in force';
      listener({ changes: [], problems: [{ object: this.#path, reason }] });
      return;
    }
    const changed = await this.#takeGrown(files, listener);
    const present = new Set(files);
    const gone = [...this.#versions.keys()].filter((file) => !present.has(file));
    if (changed.shrunk.length + gone.length > 0) {
      await delay(settleTime);
      changed.withdrawn.push(
        ...(await this.#takeShrunk(changed.shrunk, listener)),
        ...(await this.#forget(gone)),
      );
    }
    // An object may have moved to another file, so what counts of each is how it is by now.
    const changes = changed.withdrawn.map((change) => this.#objects.current(change));
    emit(listener, { changes, problems: [...this.#objects.clashes()] });
  }

  /** Files to which something was only added are taken over at once; the others come back. */
  async #takeGrown(
    files: readonly string[],
    listener: UpdateListener,
  ): Promise<{ readonly shrunk: readonly Seen[]; readonly withdrawn: Change[] }> {
    const shrunk: Seen[] = [];
    const withdrawn: Change[] = [];
    for (const file of files) {
      const version = await versionOf(file);
      if (version === undefined || version === this.#versions.get(file)) continue;
      const content = await readObjectFile(file);
      if (this.#objects.wouldLose(file, content)) shrunk.push({ file, version });
      else withdrawn.push(...this.#take({ file, version }, content, listener));
    }
    return { shrunk, withdrawn };
  }

  /** A file that somebody is still writing looks as if objects had gone; it is left for the next look. */
  async #takeShrunk(seen: readonly Seen[], listener: UpdateListener): Promise<Change[]> {
    const withdrawn: Change[] = [];
    for (const { file, version } of seen) {
      if ((await versionOf(file)) !== version) continue;
      withdrawn.push(...this.#take({ file, version }, await readObjectFile(file), listener));
    }
    return withdrawn;
  }

  /** Tells what a file now says; returns what it no longer says. */
  #take({ file, version }: Seen, content: FileContent, listener: UpdateListener): Change[] {
    this.#versions.set(file, version);
    const { changes, problems } = this.#objects.replace(file, content);
    emit(listener, { changes: changes.filter(({ record }) => record !== undefined), problems });
    return changes.filter(({ record }) => record === undefined);
  }

  /** Editors that write a new file and rename it leave a moment without any: those are back by now. */
  async #forget(files: readonly string[]): Promise<Change[]> {
    const withdrawn: Change[] = [];
    for (const file of files) {
      if ((await versionOf(file)) !== undefined) continue;
      this.#versions.delete(file);
      withdrawn.push(...this.#objects.remove(file));
    }
    return withdrawn;
  }
}

/** A file, and what it looked like when it was read. */
interface Seen {
  readonly file: string;
  readonly version: string;
}

function emit(listener: UpdateListener, update: SourceUpdate): void {
  if (update.changes.length + update.problems.length > 0) listener(update);
}
