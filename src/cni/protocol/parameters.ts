import { CniError, errorCodes } from './cni-error.ts';
import { isOperation, type Operation, operations } from './operations.ts';

/** The parameters of a call, which come as environment variables (CNI specification, section 2). */
export interface Parameters {
  readonly operation: Operation;
  /** Of the attachment; empty for `GC`, `STATUS` and `VERSION`. */
  readonly containerId: string;
  readonly ifname: string;
  /** A file that stands for the container's network namespace; empty where `DEL` gets none. */
  readonly netns: string;
  /** `CNI_ARGS`, by their names. */
  readonly args: ReadonlyMap<string, string>;
  /** Folders with the executables of plugins. */
  readonly path: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a `CniError` of code 4 that names each variable that is missing or wrong. */
export function readParameters(environment: Environment): Parameters {
  const command = environment.CNI_COMMAND ?? '';
  if (!isOperation(command)) throw invalidEnvironment([`CNI_COMMAND ${unknownCommand(command)}`]);
  const faults: string[] = [];
  const read = (name: Variable) => {
    const value = environment[name] ?? '';
    const isNeeded = required[name].includes(command);
    const wrong = value === '' ? isNeeded && 'is missing' : isUsed(name, command) && rules[name]?.(value);
    if (wrong) faults.push(`${name} ${wrong}`);
    return value;
  };
  const [containerId, ifname, netns] = [read('CNI_CONTAINERID'), read('CNI_IFNAME'), read('CNI_NETNS')];
  const [args, path] = [read('CNI_ARGS'), read('CNI_PATH')];
  if (faults.length > 0) throw invalidEnvironment(faults);
  return {
    operation: command,
    containerId,
    ifname,
    netns,
    args: pairs(args),
    path: path.split(':').filter((folder) => folder !== ''),
  };
}

type Variable = 'CNI_CONTAINERID' | 'CNI_IFNAME' | 'CNI_NETNS' | 'CNI_ARGS' | 'CNI_PATH';

const attachment: readonly Operation[] = ['ADD', 'DEL', 'CHECK'];

/** The operations that need a variable. `CNI_PATH` is asked for where a plugin is to be found there. */
const required: Readonly<Record<Variable, readonly Operation[]>> = {
  CNI_CONTAINERID: attachment,
  CNI_IFNAME: attachment,
  CNI_NETNS: ['ADD', 'CHECK'],
  CNI_ARGS: [],
  CNI_PATH: [],
};

/** Other operations leave a variable unread, whatever is in it. */
function isUsed(name: Variable, operation: Operation): boolean {
  return name === 'CNI_PATH' || attachment.includes(operation);
}

/** What is wrong with a value, if anything. */
const rules: Partial<Record<Variable, (value: string) => string | false>> = {
  CNI_CONTAINERID: (value) =>
    !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(value) &&
    `must begin with a letter or digit and go on with letters, digits, "_", "." and "-"; it is ${JSON.stringify(value)}`,
  CNI_IFNAME: (value) =>
    !isInterfaceName(value) &&
    `must be a name that Linux takes for an interface: 1 to 15 bytes without "/", ":" and spaces, and neither "." nor ".."; it is ${JSON.stringify(value)}`,
  CNI_NETNS: (value) =>
    !value.startsWith('/') &&
    `must be the path of a network namespace, such as /run/netns/NAME; it is ${JSON.stringify(value)}`,
};

/** As in dev_valid_name of Linux. */
function isInterfaceName(name: string): boolean {
  return name !== '.' && name !== '..' && Buffer.byteLength(name) <= 15 && !/[/:\s]/.test(name);
}

/** What is no pair has no meaning: the variable is optional, and some runtimes put a word into it. */
function pairs(text: string): ReadonlyMap<string, string> {
  const entries = text.split(';').filter((pair) => pair.indexOf('=') > 0);
  return new Map(
    entries.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

function unknownCommand(command: string): string {
  const allowed = `must be one of ${Object.keys(operations).join(', ')}`;
  return command === '' ? `is missing; it ${allowed}` : `${allowed}; it is ${JSON.stringify(command)}`;
}

function invalidEnvironment(faults: readonly string[]): CniError {
  const [first = ''] = faults;
  return new CniError(
    errorCodes.invalidEnvironment,
    `invalid environment variables: ${first}`,
    faults.join('\n'),
  );
}
