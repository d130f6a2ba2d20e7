import { loadAll, YAMLException } from 'js-yaml';
import type { Problem } from '../state/problem.ts';
import { apiVersion, kind } from './api-version.ts';
import { ConfigError } from './config-error.ts';

/** A configuration file, read by the caller. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads YAML, or JSON, which is YAML too, and makes sure that it is a KubeProxyConfiguration v1alpha1.
 * Throws a `ConfigError`; where the syntax is at fault, with the line.
 */
export function readDocument(file: ConfigFile): object {
  const document = parse(file);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new ConfigError([{ object: file.path, reason: `must hold one ${kind}` }]);
  }
  const problems = [
    ...unless(file, document, 'apiVersion', apiVersion),
    ...unless(file, document, 'kind', kind),
  ];
  // The fields of another kind of object would only be a long list of unknown ones.
  if (problems.length > 0) throw new ConfigError(problems);
  return document;
}

function parse({ path, text }: ConfigFile): unknown {
  // A marker behind the document begins another one, of nothing.
  const [document, ...more] = parseAll({ path, text }).filter((one) => one !== null);
  if (document !== undefined && more.length === 0) return document;
  const fault = document === undefined ? 'is empty' : 'holds several documents';
  throw new ConfigError([
    { object: path, reason: `${fault}: must hold a single document, with one ${kind}` },
  ]);
}

function parseAll({ path, text }: ConfigFile): readonly unknown[] {
  try {
    return loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new ConfigError([syntaxProblem(path, error)]);
  }
}

function syntaxProblem(path: string, { reason, mark }: YAMLException): Problem {
  if (mark === undefined) return { object: path, reason };
  return { object: path, reason: `line ${mark.line + 1}, column ${mark.column + 1}: ${reason}` };
}

function unless(file: ConfigFile, document: object, field: string, expected: string): readonly Problem[] {
  const found: unknown = Object.entries(document).find(([key]) => key === field)?.[1];
  if (found === expected) return [];
  const got = found === undefined ? 'nothing' : JSON.stringify(found);
  return [{ object: file.path, field, reason: `must be ${expected}, got ${got}` }];
}
