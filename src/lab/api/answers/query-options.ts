import { badRequest, invalidOptions, Refusal } from '../store/refusal.ts';
import { parseSelectors, type Selector } from './selectors.ts';

/** What a list or watch asks for. */
export interface QueryOptions {
  readonly watch: boolean;
  readonly selects: Selector;
  /** Without a selector the server can say how many items remain. */
  readonly selectsAll: boolean;
  /** 0 where all is asked for at once. */
  readonly limit: number;
  readonly continue: string;
  /** '' asks for the newest, '0' for anything. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly sendInitialEvents: boolean | undefined;
  readonly allowWatchBookmarks: boolean;
  /** Seconds; `undefined` where the server chooses. */
  readonly timeoutSeconds: number | undefined;
}

/** Reads the parameters. Throws a `Refusal` where the real server refuses them (internalversion/validation). */
export function parseOptions(
  query: Readonly<Record<string, string>>,
  selectableFields: readonly string[] = [],
): QueryOptions {
  const { labelSelector = '', fieldSelector = '' } = query;
  const options: QueryOptions = {
    watch: isTrue(query.watch),
    selects: parseSelectors(labelSelector, fieldSelector, selectableFields),
    selectsAll: labelSelector === '' && fieldSelector === '',
    limit: count(query.limit, 'limit') ?? 0,
    continue: query.continue ?? '',
    resourceVersion: query.resourceVersion ?? '',
    resourceVersionMatch: query.resourceVersionMatch ?? '',
    sendInitialEvents: query.sendInitialEvents === undefined ? undefined : isTrue(query.sendInitialEvents),
    allowWatchBookmarks: isTrue(query.allowWatchBookmarks),
    timeoutSeconds: count(query.timeoutSeconds, 'timeoutSeconds') || undefined,
  };
  count(options.resourceVersion || undefined, 'resourceVersion');
  const faults = options.watch ? watchFaults(options) : listFaults(options);
  if (faults.length > 0) throw new Refusal(invalidOptions(faults));
  if (!options.watch && options.continue !== '' && !['', '0'].includes(options.resourceVersion))
    throw new Refusal(badRequest('specifying resource version is not allowed when using continue'));
  return options;
}

interface Fault {
  readonly field: string;
  readonly detail: string;
}

const matchField = 'resourceVersionMatch';

function listFaults({ resourceVersionMatch: match, ...options }: QueryOptions): readonly Fault[] {
  const faults: Fault[] = [];
  const forbid = (field: string, detail: string) => faults.push({ field, detail });
  if (match !== '' && options.resourceVersion === '')
    forbid(matchField, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match !== '' && options.continue !== '')
    forbid(matchField, 'resourceVersionMatch is forbidden when continue is provided');
  if (match === 'Exact' && options.resourceVersion === '0')
    forbid(matchField, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  if (options.sendInitialEvents !== undefined)
    forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  return faults;
}

function watchFaults({ resourceVersionMatch: match, sendInitialEvents }: QueryOptions): readonly Fault[] {
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    const detail = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    return [{ field: matchField, detail }];
  }
  if (match !== '' && sendInitialEvents === undefined) {
    const detail = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    return [{ field: matchField, detail }];
  }
  return [];
}

function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1';
}

function count(text: string | undefined, parameter: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Refusal(badRequest(`${parameter}: Invalid value: "${text}"`));
  return Number(text);
}
