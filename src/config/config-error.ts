import { formatProblem, type Problem } from '../state/problem.ts';

/** The configuration cannot be used: every fault that was found. Nothing of it is applied. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}
