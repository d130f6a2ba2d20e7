import { type Fields, isFields } from '../../state/read-fields.ts';
import { shown } from '../../state/shown.ts';
import { type Asked, checkItem, checkList, checkListKind, unexpected, versionOf } from './check-answer.ts';
import { ListReader } from './read-list.ts';

const pageSize = 500;

/**
 * Reads a List in pages, and hands over its items as they arrive; returns the version of the whole. `ask` sends a query and
 * hands over the text of the answer. Throws an `ApiFailure` where a page is none of the List that was asked for.
 */
export async function listPages(
  asked: Asked,
  ask: (query: Readonly<Record<string, string>>) => AsyncIterable<string>,
  onItems: (items: readonly Fields[]) => void,
): Promise<string | undefined> {
  for (let page: Readonly<Record<string, string>> = {}; ; ) {
    const list = await readPage(asked, ask({ limit: String(pageSize), ...page }), onItems);
    const { continue: token } = isFields(list.metadata) ? list.metadata : {};
    if (typeof token !== 'string' || token === '') return versionOf(list);
    page = { continue: token };
  }
}

/** The List without its items; those wait until it has said what it is, which the API server says first. */
async function readPage(
  asked: Asked,
  chunks: AsyncIterable<string>,
  onItems: (items: readonly Fields[]) => void,
): Promise<Fields> {
  const reader = new ListReader();
  let waiting: Fields[] = [];
  let isKnown = false;
  const handOver = () => {
    for (const item of waiting) checkItem(item, asked);
    onItems(waiting);
    waiting = [];
  };
  for await (const chunk of chunks) {
    for (const text of reader.push(chunk)) waiting.push(parseObject(asked, () => JSON.parse(text)));
    if (waiting.length === 0) continue;
    isKnown ||= saysWhatItIs(reader.head(), asked);
    if (isKnown) handOver();
  }
  const list = parseObject(asked, () => reader.end());
  checkList(list, asked);
  handOver();
  return list;
}

/** False where that may still come. */
function saysWhatItIs(head: unknown, asked: Asked): boolean {
  if (!isFields(head) || head.kind === undefined || head.apiVersion === undefined) return false;
  checkListKind(head, asked);
  return true;
}

function parseObject(asked: Asked, parse: () => unknown): Fields {
  let value: unknown;
  try {
    value = parse();
  } catch {
    throw unexpected(asked, 'the answer is no JSON, or ended too early');
  }
  if (isFields(value)) return value;
  throw unexpected(asked, `the answer must be a JSON object, got ${shown(value)}`);
}
