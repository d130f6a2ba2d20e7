import {
  isArray,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  onlyEntry,
  textOf,
} from '../json/json-values.ts';
import { elementsText, expressionText, formOf, verdictText } from './expression-text.ts';

/** A rule of nft's JSON as the text that nft lists. Statements that JSON cannot say are texts in it already. */
export function ruleText(expressions: readonly Json[], comment: Json | undefined): string {
  const statements = expressions.map(statementText);
  return [
    ...statements,
    ...(typeof comment === 'string' && comment !== '' ? [`comment "${comment}"`] : []),
  ].join(' ');
}

function statementText(json: Json): string {
  if (typeof json === 'string') return json;
  const [kind, value = null] = onlyEntry(json) ?? [''];
  return verdictText(json) ?? writers.get(kind)?.(value) ?? JSON.stringify(json);
}

type Writer = (value: Json) => string | undefined;

function ofObject(write: (value: JsonObject) => string | undefined): Writer {
  return (value) => (isObject(value) ? write(value) : undefined);
}

/** nft lists `==` only where it means something else than to leave it out: with bits, asked for one by one otherwise. */
function match({ op, left, right }: JsonObject): string {
  const form = formOf(left);
  const isOfBits = isBitmask(left) || onlyEntry(left)?.[0] === '&';
  const isOfElements =
    onlyEntry(right)?.[0] === 'set' || (typeof right === 'string' && right.startsWith('@'));
  const operator = op === 'in' || (op === '==' && !(isOfBits && !isOfElements)) ? '' : ` ${textOf(op)}`;
  const value = isArray(right) && op !== 'in' && op !== '!' ? { '|': right } : right;
  return `${expressionText(left, form)}${operator} ${elementsText(value, form)}`;
}

function isBitmask(left: Json | undefined): boolean {
  const [kind, value] = onlyEntry(left) ?? [''];
  if (!isObject(value)) return false;
  return (
    (kind === 'ct' && ['state', 'status', 'label'].includes(textOf(value.key))) ||
    (kind === 'payload' && value.protocol === 'tcp' && value.field === 'flags')
  );
}

function nat(kind: string): Writer {
  return (value) => {
    if (!isObject(value)) return kind;
    const { family, addr, port, flags, type_flags: form } = value;
    const networks = listOf(form)
      .map(textOf)
      .find((each) => each === 'prefix' || each === 'interval');
    const target = `${addressText(addr, port !== undefined)}${port === undefined ? '' : `:${expressionText(port)}`}`;
    const words = [
      kind,
      textOf(family),
      networks ?? '',
      target === '' ? '' : `to ${target}`,
      flagsText(flags),
    ];
    return words.filter((word) => word !== '').join(' ');
  };
}

/** Before a port, addresses of IPv6 stand in brackets. */
function addressText(json: Json | undefined, hasPort: boolean): string {
  const [kind, ends] = onlyEntry(json) ?? [''];
  const addresses = (kind === 'range' ? listOf(ends) : [json]).map((end) => expressionText(end));
  const isLiteral = kind === 'range' || typeof json === 'string';
  const needsBrackets = hasPort && isLiteral && addresses.some((address) => address.includes(':'));
  return addresses.map((address) => (needsBrackets ? `[${address}]` : address)).join('-');
}

function flagsText(flags: Json | undefined): string {
  return listOf(flags)
    .map(textOf)
    .filter((flag) => flag !== 'netmap')
    .join(',');
}

function reject(value: Json): string {
  if (!isObject(value)) return 'reject';
  const [type, code] = [textOf(value.type), textOf(value.expr)];
  if (type === '' || code === 'port-unreachable') return 'reject';
  return `reject with ${type}${code === '' ? '' : ` ${code}`}`;
}

function counter(value: Json): string | undefined {
  if (!isObject(value) || value.packets === undefined) return named('counter')(value);
  return `counter packets ${textOf(value.packets)} bytes ${textOf(value.bytes)}`;
}

function limit(value: Json): string | undefined {
  if (!isObject(value) || value.rate === undefined) return named('limit')(value);
  const { rate, per, burst, inv, rate_unit: unit, burst_unit: burstUnit } = value;
  const isOfPackets = unit === undefined || unit === 'packets';
  const amount = isOfPackets ? textOf(rate) : `${textOf(rate)} ${textOf(unit)}`;
  const over = inv === true ? 'over ' : '';
  const isOrdinary = burst === undefined || burst === 0 || (burst === 5 && isOfPackets);
  const bursts = isOrdinary ? '' : ` burst ${textOf(burst)} ${textOf(burstUnit) || 'packets'}`;
  return `limit rate ${over}${amount}/${textOf(per)}${bursts}`;
}

function quota(value: Json): string | undefined {
  if (!isObject(value) || value.val === undefined) return named('quota')(value);
  const { val, val_unit: unit, inv } = value;
  return `quota ${inv === true ? 'over ' : ''}${textOf(val)} ${textOf(unit) || 'bytes'}`;
}

/** Names of objects may be values of maps. */
function named(kind: string): Writer {
  return (value) => {
    if (typeof value === 'string') return `${kind} name "${value}"`;
    return onlyEntry(value)?.[0] === 'map' ? `${kind} name ${expressionText(value)}` : kind;
  };
}

function log(value: Json): string {
  if (!isObject(value)) return 'log';
  const { prefix, ...others } = value;
  const options = Object.entries(others).map(
    ([name, each]) => `${name} ${listOf(each).map(textOf).join(',')}`,
  );
  return ['log', ...(prefix === undefined ? [] : [`prefix "${textOf(prefix)}"`]), ...options].join(' ');
}

/** `add @name { key timeout 1m }`, of sets and of maps. */
function dynamic({ op, elem, data, set, map, stmt }: JsonObject): string {
  const conditions = listOf(stmt).map((each) => ` ${statementText(each)}`);
  const given = data === undefined ? '' : ` : ${expressionText(data)}`;
  return `${textOf(op)} ${textOf(set ?? map)} { ${expressionText(elem)}${conditions.join('')}${given} }`;
}

function mangle({ key, value }: JsonObject): string {
  return `${expressionText(key)} set ${expressionText(value, formOf(key))}`;
}

function verdictMap({ key, data }: JsonObject): string {
  return `${expressionText(key)} vmap ${elementsText(data, formOf(key))}`;
}

function xtables({ type, name }: JsonObject): string {
  return `xt ${textOf(type)} "${textOf(name)}"`;
}

function queue(value: Json): string {
  if (!isObject(value) || value.num === undefined) return 'queue';
  const flags = value.flags === undefined ? '' : ` flags ${flagsText(value.flags)}`;
  return `queue${flags} to ${expressionText(value.num)}`;
}

function assigned(kind: string): Writer {
  return (value) => `${kind} set ${isObject(value) ? expressionText(value) : `"${textOf(value)}"`}`;
}

function connectionCount({ val, inv }: JsonObject): string {
  return `ct count ${inv === true ? 'over ' : ''}${textOf(val)}`;
}

function meter({ name, key, size, stmt }: JsonObject): string {
  const sized = size === undefined ? textOf(name) : `${textOf(name)} size ${textOf(size)}`;
  const conditions = listOf(stmt).map((each) => ` ${statementText(each)}`);
  return `meter ${sized} { ${expressionText(key)}${conditions.join('')} }`;
}

const writers: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ['match', ofObject(match)],
  ['vmap', ofObject(verdictMap)],
  ['mangle', ofObject(mangle)],
  ['counter', counter],
  ['limit', limit],
  ['quota', quota],
  ['ct count', ofObject(connectionCount)],
  ...['ct helper', 'ct timeout', 'ct expectation'].map((kind): [string, Writer] => [kind, assigned(kind)]),
  ['reset', (value) => `reset ${expressionText(value)}`],
  ['last', () => 'last'],
  ['log', log],
  ['reject', reject],
  ['notrack', () => 'notrack'],
  ['dnat', nat('dnat')],
  ['snat', nat('snat')],
  ['masquerade', nat('masquerade')],
  ['redirect', nat('redirect')],
  ['set', ofObject(dynamic)],
  ['map', ofObject(dynamic)],
  ['meter', ofObject(meter)],
  ['flow', ofObject(({ op, flowtable }) => `flow ${textOf(op)} ${textOf(flowtable)}`)],
  ['xt', ofObject(xtables)],
  ['queue', queue],
  ['tproxy', nat('tproxy')],
]);
