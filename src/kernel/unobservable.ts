/** Something cannot be looked at; the message says why, and is all that the operator needs. */
export class Unobservable extends Error {
  override readonly name = 'Unobservable';
}
