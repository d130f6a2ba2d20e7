import isEqual from 'lodash/isEqual.js';
import { isObject } from '../store/api-object.ts';
import { badRequest, failure, Refusal } from '../store/refusal.ts';

/** RFC 6902: all operations, in order; none of them where one fails. Throws a `Refusal`. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw new Refusal(badRequest('a JSON patch must be a list of operations'));
  return patch.reduce((document: unknown, step: unknown) => operate(document, operation(step)), target);
}

interface Operation {
  readonly op: string;
  readonly path: readonly string[];
  readonly from: readonly string[];
  readonly value: unknown;
}

function operation(step: unknown): Operation {
  if (!isObject(step) || typeof step.op !== 'string' || typeof step.path !== 'string')
    throw new Refusal(badRequest('an operation of a JSON patch needs op and path'));
  const { op, path, from = '', value } = step;
  return { op, path: pointer(path), from: pointer(String(from)), value };
}

/** RFC 6901. */
function pointer(text: string): readonly string[] {
  if (text === '') return [];
  if (!text.startsWith('/')) throw new Refusal(badRequest(`"${text}" is no JSON pointer`));
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function operate(document: unknown, { op, path, from, value }: Operation): unknown {
  switch (op) {
    case 'add':
      return change(document, path, (holder, name) => insert(holder, name, value));
    case 'remove':
      return change(document, path, remove);
    case 'replace':
      return change(document, path, (holder, name) => replace(holder, name, value));
    case 'copy':
      return operate(document, { op: 'add', path, from, value: read(document, from) });
    case 'move': {
      const moved = read(document, from);
      const rest = operate(document, { op: 'remove', path: from, from, value });
      return operate(rest, { op: 'add', path, from, value: moved });
    }
    case 'test':
      if (isEqual(read(document, path), value)) return document;
      throw new Refusal(failure(422, 'Invalid', `testing value /${path.join('/')} failed`));
    default:
      throw new Refusal(badRequest(`"${op}" is no operation of a JSON patch`));
  }
}

type Holder = readonly unknown[] | Readonly<Record<string, unknown>>;

function change(
  document: unknown,
  path: readonly string[],
  edit: (holder: Holder, name: string) => unknown,
): unknown {
  const [name, ...rest] = path;
  if (name === undefined) throw new Refusal(badRequest('a JSON patch cannot replace the whole object'));
  if (!isHolder(document)) throw missing(path);
  if (rest.length === 0) return edit(document, name);
  return replace(document, name, change(member(document, name), rest, edit));
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce((at, name) => {
    if (!isHolder(at)) throw missing(path);
    return member(at, name);
  }, document);
}

function member(holder: Holder, name: string): unknown {
  const value = isList(holder) ? holder[index(holder, name)] : holder[name];
  if (value === undefined) throw missing([name]);
  return value;
}

function insert(holder: Holder, name: string, value: unknown): unknown {
  if (!isList(holder)) return { ...holder, [name]: value };
  return holder.toSpliced(name === '-' ? holder.length : index(holder, name, holder.length), 0, value);
}

function replace(holder: Holder, name: string, value: unknown): unknown {
  member(holder, name);
  return isList(holder) ? holder.with(index(holder, name), value) : { ...holder, [name]: value };
}

function remove(holder: Holder, name: string): unknown {
  member(holder, name);
  if (isList(holder)) return holder.toSpliced(index(holder, name), 1);
  const { [name]: _removed, ...rest } = holder;
  return rest;
}

function index(list: readonly unknown[], name: string, last = list.length - 1): number {
  const at = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : Number.NaN;
  if (!(at <= last)) throw missing([name]);
  return at;
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

function isList(holder: Holder): holder is readonly unknown[] {
  return Array.isArray(holder);
}

function missing(path: readonly string[]): Refusal {
  return new Refusal(
    failure(422, 'Invalid', `the server rejected our request: there is no "/${path.join('/')}" to patch`),
  );
}
