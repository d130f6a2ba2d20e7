import { type Fields, isFields } from '../../state/read-fields.ts';
import { printable } from '../../state/shown.ts';

/** What is to be done about it. */
export type FailureKind =
  /** The server no longer has the changes since the version that was asked for: list again. */
  | 'expired'
  /** The server does not have that version yet, as after a restored backup: list again, whatever the version. */
  | 'version-too-large'
  /** The server will not do what was asked, however often: no such resource, not allowed, a parameter it does not take. */
  | 'refused'
  /** It may do it another time: no answer, an overloaded server, text that makes no sense. */
  | 'unavailable'
  /** The connection stands, and nothing came for too long. */
  | 'silent'
  /** A list that would take so much away that it is asked for once more before it counts. */
  | 'doubtful';

/** An exchange with the API server that did not go as it should. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly kind: FailureKind;
  /** HTTP's, or that of an ERROR event; `undefined` where no answer came. */
  readonly code: number | undefined;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    more: { readonly code?: number; readonly retryAfter?: number | undefined } = {},
  ) {
    super(message);
    this.kind = kind;
    this.code = more.code;
    this.retryAfter = more.retryAfter;
  }
}

/** What an answer other than success means. `text` is its body, a Status object or anything else. */
export function failureOfAnswer(code: number, text: string, retryAfter: number | undefined): ApiFailure {
  const status = parseStatus(text);
  if (status === undefined) return failure(code, {}, printable(text.slice(0, longestText)), retryAfter);
  return failure(code, status, undefined, retryAfter);
}

/** What the object of an ERROR event means: a Status. */
export function failureOfStatus(status: unknown): ApiFailure {
  const fields = isFields(status) ? status : {};
  return failure(typeof fields.code === 'number' ? fields.code : 500, fields, undefined, undefined);
}

/** What was thrown instead of an answer. */
export function failureOfError(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  return new ApiFailure('unavailable', error instanceof Error ? messageOf(error) : String(error));
}

const longestText = 200;

/** Node calls a connection that breaks "aborted", and reports one to a name with several addresses without a message. */
function messageOf(error: Error): string {
  if ('code' in error && error.code === 'ECONNRESET') return 'the connection broke';
  const errors = error instanceof AggregateError ? error.errors : [];
  return error.message || errors.map((one) => (one instanceof Error ? one.message : String(one))).join(', ');
}

function parseStatus(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function failure(
  code: number,
  status: Fields,
  text: string | undefined,
  retryAfter: number | undefined,
): ApiFailure {
  const reason = typeof status.reason === 'string' ? `${status.reason}: ` : '';
  const said = text ?? (typeof status.message === 'string' ? status.message : '');
  const message = printable(`${code} ${reason}${said}`.trim());
  const details = isFields(status.details) ? status.details : {};
  return new ApiFailure(kindOf(code, details), message, {
    code,
    retryAfter: retryAfter ?? retryAfterOf(details),
  });
}

function retryAfterOf({ retryAfterSeconds: seconds }: Fields): number | undefined {
  return typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds > 0
    ? seconds * 1000
    : undefined;
}

function kindOf(code: number, { causes }: Fields): FailureKind {
  const tooLarge = (cause: unknown) => isFields(cause) && cause.reason === 'ResourceVersionTooLarge';
  if (Array.isArray(causes) && causes.some(tooLarge)) return 'version-too-large';
  if (code === 410) return 'expired';
  const passing = code === 401 || code === 408 || code === 429;
  return code >= 400 && code < 500 && !passing ? 'refused' : 'unavailable';
}
