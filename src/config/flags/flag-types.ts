import * as kinds from '../value-kinds.ts';

/** How the text of a flag is read: a value, or `undefined` when it is not of the type. */
interface FlagType<T> {
  /** What stands for the value in the help. */
  readonly placeholder: string;
  readonly allowed: string;
  /** `previous` is the value of the same flag further left. */
  readonly parse: (text: string, previous: T | undefined) => T | undefined;
}

/** The types of kube-proxy's flags, by the names that its help gives them. */
export const flagTypes = {
  string: plain('text', 'a text'),
  bool: ofText('true|false', 'true or false', parseBool),
  int32: ofText('integer', 'an integer of 32 bits', (text) => {
    const value = integerOf(text);
    return value !== undefined && value >= -(2 ** 31) && value <= kinds.int32Max ? value : undefined;
  }),
  float32: ofText('number', 'a number', (text) => {
    const value = Number(text);
    return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
  }),
  duration: checked('duration', kinds.duration),
  ip: checked('ip', kinds.address),
  ipport: checked('ip:port', kinds.bindAddress),
  quantity: checked('size', kinds.quantity),
  strings: list(),
  mapStringBool: gates(),
  LocalMode: plain('mode', 'a mode'),
  ProxyMode: plain('mode', 'a mode'),
  // Of the shorthand `-v=4`, commander leaves the `=` in the value.
  Level: ofText('level', 'an integer from 0 up', (text) => {
    const value = integerOf(text.replace(/^=/, ''));
    return value !== undefined && value >= 0 && value <= kinds.int32Max ? value : undefined;
  }),
  'pattern=N,...': ofText('pattern=N,...', 'a list like gopher*=3,proxy=4', (text) =>
    /^(?:[^=,]+=\d+(?:,|$))*$/.test(text) ? text : undefined,
  ),
  'version[=true]': plain('', 'nothing'),
} satisfies Record<
  string,
  | FlagType<string>
  | FlagType<boolean>
  | FlagType<number>
  | FlagType<readonly string[]>
  | FlagType<Readonly<Record<string, boolean>>>
>;

export type FlagTypeName = keyof typeof flagTypes;
export type FlagTypeValue<N extends FlagTypeName> = NonNullable<ReturnType<(typeof flagTypes)[N]['parse']>>;

function ofText<T>(
  placeholder: string,
  allowed: string,
  parse: (text: string) => T | undefined,
): FlagType<T> {
  return { placeholder, allowed, parse };
}

function plain(placeholder: string, allowed: string): FlagType<string> {
  return ofText(placeholder, allowed, (text) => text);
}

/** Kept as text, in the form that the configuration file has it. */
function checked(placeholder: string, kind: kinds.ValueKind<unknown>): FlagType<string> {
  return ofText(placeholder, kind.allowed, (text) => (kind.parse(text) === undefined ? undefined : text));
}

/** Comma-separated; a flag given again adds to the list. */
function list(): FlagType<readonly string[]> {
  return {
    placeholder: 'a,b,...',
    allowed: 'a comma-separated list',
    parse: (text, previous = []) => [...previous, ...text.split(',').filter((entry) => entry !== '')],
  };
}

function gates(): FlagType<Readonly<Record<string, boolean>>> {
  return {
    placeholder: 'A=true|false,...',
    allowed: 'a comma-separated list of Name=true or Name=false',
    parse: (text, previous = {}) => {
      const pairs = text.split(',').filter((pair) => pair.trim() !== '');
      const parsed = pairs.map(parseGate).filter((gate) => gate !== undefined);
      return parsed.length < pairs.length ? undefined : { ...previous, ...Object.fromEntries(parsed) };
    },
  };
}

function parseGate(pair: string): readonly [string, boolean] | undefined {
  const [name = '', value = '', ...rest] = pair.split('=').map((part) => part.trim());
  const on = parseBool(value);
  return name === '' || on === undefined || rest.length > 0 ? undefined : [name, on];
}

// The spellings that Go's strconv.ParseBool knows.
function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

function integerOf(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}
