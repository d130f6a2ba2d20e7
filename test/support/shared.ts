import { afterAll } from 'vitest';

/**
 * What the tests of a file or of a `describe`, where this is called, have in common: made when the first of them asks for it,
 * made as new by `renew` for each other one, and gone after the last.
 */
export function shared<T extends AsyncDisposable>(
  make: () => T | Promise<T>,
  renew: (it: T) => Promise<unknown>,
): () => Promise<T> {
  let made: Promise<T> | undefined;
  afterAll(async () => (await made)?.[Symbol.asyncDispose]());
  return async () => {
    if (made === undefined) {
      made = Promise.resolve(make());
      return await made;
    }
    const it = await made;
    await renew(it);
    return it;
  };
}
