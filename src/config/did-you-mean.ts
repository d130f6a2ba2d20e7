/**
 * The field that was probably meant by an unknown `name` in a section (its path, empty for the top):
 * one spelt nearly the same in that section, or one of exactly this name elsewhere.
 */
export function suggestField(section: string, name: string, paths: readonly string[]): string | undefined {
  const near = paths
    .filter((path) => sectionOf(path) === section)
    .map((path) => ({ path, distance: editDistance(nameOf(path).toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(name.length / 4)))
    .sort((a, b) => a.distance - b.distance);
  if (near[0] !== undefined) return near[0].path;
  const elsewhere = paths.filter((path) => nameOf(path) === name);
  return elsewhere.length === 0 ? undefined : elsewhere.join(' or ');
}

function sectionOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Levenshtein's distance. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (character === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
