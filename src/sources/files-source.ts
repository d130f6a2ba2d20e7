import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectChange } from '../state/object-kinds.ts';
import { type Reduce, reduceObject } from '../state/reduce-object.ts';
import { FileObjects } from './file-objects.ts';
import { isFolder, listFiles, versionOf } from './list-files.ts';
import { type FileContent, readObjectFile } from './read-object-file.ts';
import { type Source, SourceError, type SourceUpdate, type UpdateListener } from './source.ts';
import { SourceGaps } from './source-gaps.ts';
import { watchFolder } from './watch-folder.ts';

/**
 * The objects in a file, or in the files of a folder: `*.yaml`, `*.yml` and `*.json`, hidden ones left out.
 * `load` throws a `SourceError` where the path cannot be read.
 */
export function filesSource(path: string, options: FilesSourceOptions = {}): Source {
  return filesSourceOf(reduceObject, path, options);
}

/** `filesSource` for who keeps something else of the objects. */
export function filesSourceOf<C extends ObjectChange>(
  reduce: Reduce<C>,
  path: string,
  options: FilesSourceOptions,
): Source<C> {
  return new FilesSource(reduce, path, options);
}

export interface FilesSourceOptions {
  /** Whether files without any Service are believed; else that is a gap: the path may be wrong, or its content away. */
  readonly allowEmpty?: boolean;
  /** `follow` is never called, so the objects need not be remembered. */
  readonly once?: boolean;
}

/** How long content that takes something away must stand still before it is believed, in milliseconds. */
const settleTime = 50;

/** Events may be lost, by a folder that is replaced for one; so files are looked at anyway, in milliseconds. */
const lookPeriod = 1_000;

class FilesSource<C extends ObjectChange> implements Source<C> {
  readonly #reduce: Reduce<C>;
  readonly #path: string;
  readonly #objects: FileObjects<C>;
  /** What each file looked like when it was read. */
  readonly #versions = new Map<string, string>();
  readonly #gaps: SourceGaps;
  /** What is no longer described, and stays known as long as the source is empty. */
  #withdrawn: C[] = [];

  constructor(reduce: Reduce<C>, path: string, { allowEmpty = false, once = false }: FilesSourceOptions) {
    this.#reduce = reduce;
    this.#path = path;
    this.#objects = new FileObjects<C>(once ? 'names' : 'objects');
    this.#gaps = new SourceGaps(path, allowEmpty);
  }

  async load(listener: UpdateListener<C>): Promise<void> {
    for (const file of await this.#listReadable()) {
      this.#versions.set(file, (await versionOf(file)) ?? '');
      const content = await readObjectFile(file, this.#reduce);
      this.#gaps.read(file, content.whole);
      listener(this.#objects.replace(file, content));
    }
    this.#gaps.update(this.#objects.hasServices);
    listener({ changes: [], problems: [...this.#objects.clashes()], gaps: this.#gaps.all });
  }

  async follow(listener: UpdateListener<C>, signal: AbortSignal): Promise<void> {
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

  async #look(listener: UpdateListener<C>): Promise<void> {
    const files = await listFiles(this.#path).catch(() => undefined);
    if (files === undefined) {
      const reason = 'is not there any more; its objects stay in force';
      listener({ changes: [], problems: [{ object: this.#path, reason }] });
      return;
    }
    const shrunk = await this.#takeGrown(files, listener);
    const present = new Set(files);
    const gone = [...this.#versions.keys()].filter((file) => !present.has(file));
    if (shrunk.length + gone.length > 0) {
      await delay(settleTime);
      await this.#takeShrunk(shrunk, listener);
      await this.#forget(gone);
    }
    const gapsChanged = this.#gaps.update(this.#objects.hasServices);
    const gaps = gapsChanged ? { gaps: this.#gaps.all } : {};
    emit(listener, { changes: this.#takeWithdrawn(), problems: [...this.#objects.clashes()], ...gaps });
  }

  /** An object may have moved to another file, so what counts of each is how it is by now. */
  #takeWithdrawn(): readonly C[] {
    if (this.#gaps.isEmpty) return [];
    const withdrawn = this.#withdrawn;
    this.#withdrawn = [];
    return withdrawn.map((change) => this.#objects.current(change));
  }

  /** Files to which something was only added are taken over at once; the others come back. */
  async #takeGrown(files: readonly string[], listener: UpdateListener<C>): Promise<readonly Seen[]> {
    const shrunk: Seen[] = [];
    for (const file of files) {
      const version = await versionOf(file);
      if (version === undefined || version === this.#versions.get(file)) continue;
      const content = await readObjectFile(file, this.#reduce);
      if (this.#objects.wouldLose(file, content)) shrunk.push({ file, version });
      else this.#take({ file, version }, content, listener);
    }
    return shrunk;
  }

  /** A file that somebody is still writing looks as if objects had gone; it is left for the next look. */
  async #takeShrunk(seen: readonly Seen[], listener: UpdateListener<C>): Promise<void> {
    for (const { file, version } of seen) {
      if ((await versionOf(file)) === version)
        this.#take({ file, version }, await readObjectFile(file, this.#reduce), listener);
    }
  }

  /** Tells what a file now says, and notes what it no longer says. */
  #take({ file, version }: Seen, content: FileContent<C>, listener: UpdateListener<C>): void {
    this.#versions.set(file, version);
    this.#gaps.read(file, content.whole);
    const { changes, problems } = this.#objects.replace(file, content);
    emit(listener, { changes: changes.filter(({ record }) => record !== undefined), problems });
    this.#withdrawn.push(...changes.filter(({ record }) => record === undefined));
  }

  /** Editors that write a new file and rename it leave a moment without any: those are back by now. */
  async #forget(files: readonly string[]): Promise<void> {
    for (const file of files) {
      if ((await versionOf(file)) !== undefined) continue;
      this.#versions.delete(file);
      this.#gaps.forget(file);
      this.#withdrawn.push(...this.#objects.remove(file));
    }
  }
}

/** A file, and what it looked like when it was read. */
interface Seen {
  readonly file: string;
  readonly version: string;
}

function emit<C extends ObjectChange>(listener: UpdateListener<C>, update: SourceUpdate<C>): void {
  if (update.changes.length + update.problems.length > 0 || update.gaps !== undefined) listener(update);
}
