import { type Extension, type ExtensionReader, hasOnly, valueOfOption } from '../extension.ts';
import { readNumber } from '../values.ts';

/** `-m statistic`: a part of the packets, at random or every nth. */
export const statisticMatch: ExtensionReader = {
  options: new Set(['--mode', '--probability', '--every', '--packet']),
  read: (extension) => {
    const negated = extension.options.filter((option) => option.negated);
    if (negated.some(({ name }) => !negatable.has(name))) return undefined;
    const part = partOf(extension);
    if (part === undefined) return undefined;
    return [{ kind: 'chance', probability: negated.length > 0 ? 1 - part : part }];
  },
};

function partOf(extension: Extension): number | undefined {
  const mode = valueOfOption(extension, '--mode');
  if (mode === 'random' && hasOnly(extension, ofRandom))
    return readProbability(valueOfOption(extension, '--probability'));
  if (mode === 'nth' && hasOnly(extension, ofNth)) return partOfEvery(valueOfOption(extension, '--every'));
  return undefined;
}

const ofRandom: ReadonlySet<string> = new Set(['--mode', '--probability']);
const ofNth: ReadonlySet<string> = new Set(['--mode', '--every', '--packet']);
const negatable: ReadonlySet<string> = new Set(['--probability', '--every']);

function readProbability(text = ''): number | undefined {
  const number = /^\d*\.?\d+(?:[eE]-?\d+)?$/.test(text) ? Number(text) : undefined;
  return number === undefined || number > 1 ? undefined : number;
}

/** Which one of the n it is makes no difference to their part. */
function partOfEvery(text = ''): number | undefined {
  const every = readNumber(text);
  return every === undefined || every === 0n ? undefined : 1 / Number(every);
}
