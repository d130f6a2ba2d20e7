import { answerRequest } from '../../../src/lab/api/answers/answer-request.ts';
import type { Connection, ServerRequest } from '../../../src/lab/api/connections/connection.ts';
import { defaultSettings } from '../../../src/lab/api/settings.ts';
import type { ObjectStore } from '../../../src/lab/api/store/object-store.ts';
import { Refusal } from '../../../src/lab/api/store/refusal.ts';

/** What a test looks at of an answer; absent members are whatever they are. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at members of any answer.
  readonly body: any;
}

/** One request and its whole answer, without a network. */
export function ask(
  store: ObjectStore,
  method: string,
  path: string,
  { query = {}, ...more }: Partial<ServerRequest> = {},
): Answer {
  const sent = { status: 0, text: '' };
  const connection: Connection = {
    head: (status) => Object.assign(sent, { status }),
    write: (text) => {
      sent.text += text;
    },
    end: () => {},
    reset: () => {},
    onClose: () => {},
  };
  const refuse = ({ status }: Refusal) =>
    Object.assign(sent, { status: status.code, text: JSON.stringify(status) });
  try {
    const state = { store, settings: defaultSettings };
    answerRequest(
      state,
      { method, path, query, body: undefined, ...more },
      { connection, refuse, told: () => {} },
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(error);
  }
  return { status: sent.status, body: JSON.parse(sent.text) };
}

/** What a call is refused with: the code, and each cause as `field: message`; the message where there are no causes. */
export function refusalOf(call: () => unknown): readonly (string | number)[] {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, details, message } = error.status;
    const causes = details?.causes?.map((cause) => `${cause.field}: ${cause.message}`);
    return [code, ...(causes ?? [message])];
  }
  throw new Error('it was not refused');
}
