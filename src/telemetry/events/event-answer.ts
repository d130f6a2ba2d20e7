import type { ApiAnswer } from '../../sources/cluster/transport.ts';
import { type Fields, isFields } from '../../state/read-fields.ts';

/** The meaning of the API server's answer to an event. */
export type EventAnswer =
  | { readonly is: 'taken' }
  /** There is an event of that name already. */
  | { readonly is: 'there already' }
  /** The event to be changed no longer exists. */
  | { readonly is: 'gone' }
  /** This event is refused, others may not be; `why` is for the log. */
  | { readonly is: 'refused'; readonly why: string | undefined }
  /** All events are refused. */
  | { readonly is: 'forbidden'; readonly why: string }
  /** To be tried again. */
  | { readonly is: 'not now'; readonly retryAfter: number | undefined };

/** Reads the body to its end, unless it is long, so that the connection can be reused. */
export async function readEventAnswer(answer: ApiAnswer, method: 'POST' | 'PATCH'): Promise<EventAnswer> {
  const { status, retryAfter } = answer;
  const text = await readBody(answer.body);
  if (status >= 200 && status < 300) return { is: 'taken' };
  if (status === 401 || status === 408 || status === 429 || status >= 500)
    return { is: 'not now', retryAfter };
  if (status === 409) return method === 'POST' ? { is: 'there already' } : { is: 'not now', retryAfter };
  if (status === 404 && method === 'PATCH') return { is: 'gone' };
  const { message, details } = statusOf(text);
  const why = typeof message === 'string' ? `${status}: ${message.slice(0, longestWhy)}` : String(status);
  if (isAboutNamespace(details)) return { is: 'refused', why: undefined };
  return status === 403 || status === 404 ? { is: 'forbidden', why } : { is: 'refused', why };
}

const longestBody = 65_536;
const longestWhy = 500;

async function readBody(body: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += chunk;
    if (text.length > longestBody) break;
  }
  return text;
}

function statusOf(text: string): Fields {
  try {
    const status: unknown = JSON.parse(text);
    return isFields(status) ? status : {};
  } catch {
    return {};
  }
}

/** Whether the namespace is missing or terminating: 404 and 403 say nothing about other events then. */
function isAboutNamespace(details: unknown): boolean {
  if (!isFields(details)) return false;
  const { kind, causes } = details;
  if (kind === 'namespaces') return true;
  return (
    Array.isArray(causes) &&
    causes.some((cause) => isFields(cause) && cause.reason === 'NamespaceTerminating')
  );
}
