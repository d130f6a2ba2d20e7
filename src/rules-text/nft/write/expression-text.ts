import {
  isArray,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  onlyEntry,
  textOf,
} from '../json/json-values.ts';

/** How values are written beside a field: marks in hexadecimal, names in quotes; of a concatenation, each part. */
export type Form = 'plain' | 'mark' | 'name' | readonly Form[];

/** An expression of nft's JSON as the text that nft lists. What has no known form stays JSON. */
export function expressionText(json: Json | undefined, form: Form = 'plain'): string {
  if (json === undefined || json === null) return '';
  if (typeof json === 'string') return isQuoted(json, form) ? `"${json}"` : json;
  if (typeof json === 'number') return form === 'mark' ? hexadecimal(json) : String(json);
  // `fib … oif` answers whether there is a route.
  if (typeof json === 'boolean') return json ? 'exists' : 'missing';
  if (isArray(json)) return json.map((each) => expressionText(each, form)).join(',');
  const [kind, value = null] = onlyEntry(json) ?? [''];
  return writers.get(kind)?.(value, form) ?? JSON.stringify(json);
}

function isQuoted(text: string, form: Form): boolean {
  return (form === 'name' && !text.startsWith('@')) || text.includes(' ');
}

/** How nft writes the values that an expression is compared with. */
export function formOf(json: Json | undefined): Form {
  const [kind, value] = onlyEntry(json) ?? [''];
  if (isObject(value) && (kind === 'meta' || kind === 'ct' || kind === 'fib')) {
    const key = textOf(kind === 'fib' ? value.result : value.key);
    if (key === 'mark') return 'mark';
    return namedKeys.has(key) ? 'name' : 'plain';
  }
  if (kind === 'concat') return listOf(value).map(formOf);
  return bitOperators.includes(kind) ? formOf(listOf(value)[0]) : 'plain';
}

const namedKeys: ReadonlySet<string> = new Set([
  'iif',
  'iifname',
  'oifname',
  'helper',
  'day',
  'hour',
  'time',
]);

/** From those that bind least to those that bind most. */
const bitOperators: readonly string[] = ['|', '^', '&', '<<', '>>'];

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** An element of a set, or of a map with what it gives. */
export function elementText(json: Json, form: Form = 'plain', dataForm: Form = 'plain'): string {
  if (!isArray(json)) return expressionText(json, form);
  const [key, data] = json;
  return `${expressionText(key, form)} : ${verdictText(data) ?? expressionText(data, dataForm)}`;
}

/** `accept`, `jump chain` and so on; `undefined` where it is none of these. */
export function verdictText(json: Json | undefined): string | undefined {
  const [kind, value] = onlyEntry(json) ?? [''];
  if (['accept', 'drop', 'return', 'continue'].includes(kind)) return kind;
  return (kind === 'jump' || kind === 'goto') && isObject(value)
    ? `${kind} ${textOf(value.target)}`
    : undefined;
}

/** A set or map: `@name`, or its elements in braces. */
export function elementsText(json: Json | undefined, form: Form, dataForm: Form = 'plain'): string {
  const [kind, value] = onlyEntry(json) ?? [''];
  if (kind !== 'set') return expressionText(json, form);
  const elements = listOf(value).map((element) => elementText(element, form, dataForm));
  return `{ ${elements.join(', ')} }`;
}

type Writer = (value: Json, form: Form) => string | undefined;

function ofObject(write: (value: JsonObject, form: Form) => string | undefined): Writer {
  return (value, form) => (isObject(value) ? write(value, form) : undefined);
}

function words(...parts: readonly (Json | undefined)[]): string {
  return parts
    .map(textOf)
    .filter((part) => part !== '')
    .join(' ');
}

function named(word: string, name: string, value: Json | undefined): string {
  return value === undefined || value === null || value === 0 ? word : `${word} ${name} ${textOf(value)}`;
}

function payload({ protocol, field, base, offset, len }: JsonObject): string | undefined {
  if (protocol !== undefined) return words(protocol, field);
  return base === undefined ? undefined : `@${textOf(base)},${textOf(offset)},${textOf(len)}`;
}

function meta({ key }: JsonObject): string {
  const name = textOf(key);
  return /^[io]if(?:name|group)?$/.test(name) ? name : `meta ${name}`;
}

function option(kind: string): Writer {
  return ofObject(({ name, field, base, offset, len }) =>
    name === undefined
      ? `${kind} @${textOf(base)},${textOf(offset)},${textOf(len)}`
      : words(kind, name, field ?? undefined),
  );
}

function extensionHeader({ name, field }: JsonObject): string {
  return field === undefined ? words('exthdr', name) : words(name, field);
}

function bits(operator: string): Writer {
  return (value, form) => {
    const [left, ...right] = listOf(value);
    const own = form === 'plain' ? formOf(left) : form;
    const isShift = operator === '<<' || operator === '>>';
    const operands = [operand(left, own, operator)];
    for (const each of right) operands.push(operand(each, isShift ? 'plain' : own, operator));
    return operands.join(` ${operator} `);
  };
}

/** Flags in a list are all set. What binds less than the operation around it stands in parentheses. */
function operand(json: Json | undefined, form: Form, around: string): string {
  if (isArray(json)) return `(${json.map((flag) => expressionText(flag, form)).join(' | ')})`;
  const text = expressionText(json, form);
  const inner = bitOperators.indexOf(onlyEntry(json)?.[0] ?? '');
  return inner !== -1 && inner < bitOperators.indexOf(around) ? `(${text})` : text;
}

function hash({ mod, seed, offset, expr }: JsonObject): string {
  const base = `jhash ${expressionText(expr)} mod ${textOf(mod)}`;
  const seeded = typeof seed === 'number' ? `${base} seed 0x${seed.toString(16)}` : base;
  return named(seeded, 'offset', offset);
}

/** An element with more than a key. */
function element({ val, timeout, expires, comment }: JsonObject, form: Form): string {
  return [
    expressionText(val, form),
    ...(timeout === undefined ? [] : [`timeout ${timeText(timeout)}`]),
    ...(expires === undefined ? [] : [`expires ${timeText(expires)}`]),
    ...(comment === undefined ? [] : [`comment "${textOf(comment)}"`]),
  ].join(' ');
}

/** Seconds as nft lists them: `1d2h`. */
function timeText(json: Json): string {
  const seconds = typeof json === 'number' ? json : 0;
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [Math.floor(seconds) % 60, 's'],
    [Math.round(seconds * 1000) % 1000, 'ms'],
  ] as const;
  return units.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('') || '0s';
}

function concatenation(value: Json, form: Form): string {
  return listOf(value)
    .map((part, at) => expressionText(part, typeof form === 'string' ? form : form[at]))
    .join(' . ');
}

const writers: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ['concat', concatenation],
  ['set', (value, form) => elementsText({ set: value }, form)],
  ['list', (value, form) => expressionText(listOf(value), form)],
  ['prefix', ofObject(({ addr, len }, form) => `${expressionText(addr, form)}/${textOf(len)}`)],
  [
    'range',
    (value, form) =>
      listOf(value)
        .map((end) => expressionText(end, form))
        .join('-'),
  ],
  ['payload', ofObject(payload)],
  ['meta', ofObject(meta)],
  ['ct', ofObject(({ key, dir, family }) => words('ct', dir, family, key))],
  ['rt', ofObject(({ key, family }) => words('rt', family, key))],
  ['socket', ofObject(({ key }) => words('socket', key))],
  ['osf', ofObject(({ key }) => words('osf', key))],
  [
    'ipsec',
    ofObject(({ dir, spnum, family, key }) =>
      words('ipsec', dir, ...(spnum ? ['spnum', spnum] : []), family, key),
    ),
  ],
  ['fib', ofObject(({ result, flags }) => `fib ${listOf(flags).map(textOf).join(' . ')} ${textOf(result)}`)],
  ['numgen', ofObject(({ mode, mod, offset }) => named(words('numgen', mode, 'mod', mod), 'offset', offset))],
  ['jhash', ofObject(hash)],
  ['symhash', ofObject(({ mod, offset }) => named(words('symhash mod', mod), 'offset', offset))],
  ['exthdr', ofObject(extensionHeader)],
  ...['tcp option', 'ip option', 'sctp chunk', 'dccp option'].map((kind): [string, Writer] => [
    kind,
    option(kind),
  ]),
  ...bitOperators.map((operator): [string, Writer] => [operator, bits(operator)]),
  ['elem', ofObject(element)],
  [
    'map',
    ofObject(({ key, data }, form) => `${expressionText(key)} map ${elementsText(data, formOf(key), form)}`),
  ],
]);
