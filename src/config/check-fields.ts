import type { z } from 'zod';
import { kind } from './api-version.ts';
import { suggestField } from './did-you-mean.ts';
import type { Fault } from './fault.ts';
import { configuration, fieldPaths, type Settings } from './schema.ts';

/**
 * Checks every field of a document by itself. `settings` holds the good fields even where others are faulty,
 * so that rules between fields can be checked at the same time.
 *
 * kube-proxy reads a file with unknown fields again without them, and warns. Here they are faults: a misspelt
 * `masqueradeAll` must not run for months as if it had been set.
 */
export function checkFields(document: object): { settings: Settings; faults: readonly Fault[] } {
  const given = withoutNulls(document);
  const result = configuration.safeParse(given);
  if (result.success) return { settings: result.data, faults: [] };
  const { issues } = result.error;
  const remaining = issues.flatMap(faultyPaths).reduce(without, given);
  return { settings: configuration.parse(remaining), faults: issues.flatMap(faultsOf) };
}

type Issue = z.core.$ZodIssue;

function faultsOf(issue: Issue): readonly Fault[] {
  const path = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: join(path, key), reason: unknownField(path, key) }));
  }
  if (issue.code === 'invalid_type') {
    return [{ path, reason: issue.expected === 'array' ? 'must be a list' : 'must be a mapping of fields' }];
  }
  return [{ path, reason: issue.message }];
}

function unknownField(section: string, key: string): string {
  const suggestion = suggestField(section.replace(/\[\d+\]/g, ''), key, fieldPaths);
  return `is no field of ${kind} v1alpha1${suggestion === undefined ? '' : `: did you mean ${suggestion}?`}`;
}

type Path = readonly PropertyKey[];

// A list is dropped as a whole: without one of its entries it would mean something else.
function faultyPaths(issue: Issue): Path[] {
  const index = issue.path.findIndex((step) => typeof step === 'number');
  if (index >= 0) return [issue.path.slice(0, index)];
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function without(container: object, path: Path): object {
  const [first, ...rest] = path;
  const kept = Object.entries(container).filter(([key]) => rest.length > 0 || key !== first);
  return Object.fromEntries(
    kept.map(([key, child]) => [key, key === first && isObject(child) ? without(child, rest) : child]),
  );
}

// `null` is what an unset pointer becomes when Go writes the file (kubeadm does): the same as absent.
function withoutNulls(container: object): object {
  const present = Object.entries(container).filter(([, child]) => child !== null);
  return Object.fromEntries(
    present.map(([key, child]) => [
      key,
      isObject(child) && !Array.isArray(child) ? withoutNulls(child) : child,
    ]),
  );
}

function isObject(candidate: unknown): candidate is object {
  return typeof candidate === 'object' && candidate !== null;
}

function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : join(text, String(step))),
    '',
  );
}

function join(section: string, name: string): string {
  return section === '' ? name : `${section}.${name}`;
}
