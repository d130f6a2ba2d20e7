/** Why a part of the input is ignored. A problem does not affect the rest of the input. */
export interface Problem {
  /** The object it is about, `Service default/web`, or a file where no object could be read. */
  readonly object: string;
  /** The path inside the object, `spec.ports[0].port`. */
  readonly field?: string;
  /** What is wrong with the value, and what is allowed. */
  readonly reason: string;
  /** Where the object came from: `objects.yaml:12`. */
  readonly origin?: string;
}

/** One line for people and logs. */
export function formatProblem({ object, field, reason, origin }: Problem): string {
  const where = origin === undefined ? '' : ` (${origin})`;
  return field === undefined ? `${object}: ${reason}${where}` : `${object}: ${field}: ${reason}${where}`;
}
