import { readFile, stat } from 'node:fs/promises';
import type { ObjectChange } from '../state/object-kinds.ts';
import type { Problem } from '../state/problem.ts';
import type { Reduce, Reduced } from '../state/reduce-object.ts';
import { type ParsedDocument, parseDocuments } from './parse-documents.ts';

/** What a file holds. */
export interface FileContent<C extends ObjectChange> {
  readonly changes: readonly C[];
  readonly problems: readonly Problem[];
  /** False where some document or object could not be read: objects missing here are then not gone. */
  readonly whole: boolean;
}

/** Bytes. A larger file is no list of objects; reading it would take the node's memory. */
const largestFile = 256 * 1024 * 1024;

/** A file of garbage could have a fault on every line; the first ones say enough. */
const mostProblems = 20;

/** A file with more documents or objects than this that cannot be used is not read to its end. */
const mostLeftOut = 1_000;

/** Reads the objects of a file. What is wrong with it becomes problems; never throws. */
export async function readObjectFile<C extends ObjectChange>(
  path: string,
  reduce: Reduce<C>,
): Promise<FileContent<C>> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > largestFile) return unreadable(path, `has ${size} bytes; at most ${largestFile} are read`);
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const reason = error instanceof TypeError ? 'is not UTF-8 text' : messageOf(error);
    return unreadable(path, reason);
  }
  if (text.includes('\0')) return unreadable(path, 'is not text: it has a NUL byte');
  return readObjects(path, text, reduce);
}

function readObjects<C extends ObjectChange>(path: string, text: string, reduce: Reduce<C>): FileContent<C> {
  const changes: C[] = [];
  const problems: Problem[] = [];
  let found = 0;
  let leftOut = 0;
  for (const document of parseDocuments(text)) {
    const reduced = readDocument(path, document, reduce);
    for (const change of reduced.changes) changes.push(change);
    problems.push(...reduced.problems.slice(0, mostProblems - problems.length));
    found += reduced.problems.length;
    leftOut += reduced.leftOut;
    if (leftOut > mostLeftOut) break;
  }
  if (found > problems.length)
    problems.push({ object: path, reason: `has ${found - problems.length} more problems` });
  if (leftOut > mostLeftOut)
    problems.push({
      object: path,
      reason: `is read no further: more than ${mostLeftOut} of its objects cannot be used`,
    });
  return { changes, problems, whole: leftOut === 0 };
}

function readDocument<C extends ObjectChange>(
  path: string,
  document: ParsedDocument,
  reduce: Reduce<C>,
): Reduced<C> {
  if ('value' in document)
    // A document of comments alone is null.
    return document.value === null ? nothing : reduce(document.value, `${path}:${document.line}`);
  const problem = { object: path, field: `line ${document.line}`, reason: document.fault };
  return { changes: [], problems: [problem], leftOut: 1 };
}

const nothing: Reduced<never> = { changes: [], problems: [], leftOut: 0 };

function unreadable(path: string, reason: string): FileContent<never> {
  return { changes: [], problems: [{ object: path, reason }], whole: false };
}

function messageOf(error: unknown): string {
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
