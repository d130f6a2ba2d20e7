/** The steps of a path and of its branches, in order. A fork that several branches lead to is visited once. */
export function* eachStep<Step>(
  path: readonly Step[],
  branchesOf: (step: Step) => readonly { readonly path: readonly Step[] }[] | undefined,
): Iterable<Step> {
  const met = new Set<Step>();
  const work = path.toReversed();
  for (let step = work.pop(); step !== undefined; step = work.pop()) {
    if (met.has(step)) continue;
    met.add(step);
    yield step;
    for (const branch of branchesOf(step)?.toReversed() ?? []) work.push(...branch.path.toReversed());
  }
}
