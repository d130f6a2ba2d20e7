import { type Fields, isFields } from '../../state/read-fields.ts';
import { ApiFailure } from './api-failure.ts';
import { ListReader } from './read-list.ts';
import { versionOf } from './version-of.ts';

const pageSize = 500;

/**
 * Reads a List in pages, and hands over its items as they arrive; returns the version of the whole. `ask` sends a query and
 * hands over the text of the answer. Throws an `ApiFailure` where that is no List.
 */
export async function listPages(
  ask: (query: Readonly<Record<string, string>>) => AsyncIterable<string>,
  onItems: (items: readonly Fields[]) => void,
): Promise<string | undefined> {
  for (let page: Readonly<Record<string, string>> = {}; ; ) {
    const reader = new ListReader();
    for await (const chunk of ask({ limit: String(pageSize), ...page })) {
      onItems(reader.push(chunk).map((text) => parseObject(() => JSON.parse(text))));
    }
    const list = parseObject(() => reader.end());
    if (!isFields(list.metadata)) throw new ApiFailure('unavailable', 'the answer is no List');
    const { continue: token } = list.metadata;
    if (typeof token !== 'string' || token === '') return versionOf(list);
    page = { continue: token };
  }
}

function parseObject(parse: () => unknown): Fields {
  try {
    const value = parse();
    if (isFields(value)) return value;
  } catch {
    // Said below.
  }
  throw new ApiFailure('unavailable', 'the answer is no JSON object, or ended too early');
}
