import { badRequest, Refusal } from '../store/refusal.ts';

/** Where a list goes on: after which object, and as of which version. */
export interface ContinueToken {
  /** -1: as it now is. */
  readonly version: number;
  /** The key of the last object of the page before. */
  readonly after: string;
}

/** The real server's own form (storage/continue.go): base64url of JSON. */
export function encodeContinue({ version, after }: ContinueToken): string {
  const token = { v: 'meta.k8s.io/v1', rv: version, start: `/${after}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

export function decodeContinue(text: string): ContinueToken {
  try {
    const { rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Number.isInteger(rv) && typeof start === 'string') {
      return { version: rv, after: start.replace(/^\//, '').replace(/\0$/, '') };
    }
  } catch {
    // Said below.
  }
  throw new Refusal(badRequest('invalid continue token: continue key is not valid'));
}
