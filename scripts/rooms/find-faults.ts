import { dirname, join } from 'node:path/posix';

/** A file of the project, by its path from the root, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Imports from rooms that the table does not allow, types and dynamic imports included: a line each, in the order of the files. */
export function findForbiddenImports(
  files: readonly SourceFile[],
  mayImport: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const room = roomOf(path);
    if (room === undefined) return [];
    const allowed = mayImport[room];
    if (allowed === undefined) return [`${path}: src/${room} is not in the table of rooms`];
    return importsOf(path, text).flatMap((imported) => {
      const other = roomOf(imported);
      if (other === room || (other !== undefined && allowed.includes(other))) return [];
      return [`${path}: src/${room} may not import ${imported}`];
    });
  });
}

/** Rooms that may import one which may import them, by whatever others. */
export function findRoomCycles(mayImport: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const rooms = Object.keys(mayImport);
  const reachable = (room: string, seen: Set<string> = new Set()): ReadonlySet<string> => {
    for (const next of mayImport[room] ?? []) if (!seen.has(next)) reachable(next, seen.add(next));
    return seen;
  };
  return rooms
    .filter((room) => reachable(room).has(room))
    .map((room) => `src/${room} imports itself by way of others`);
}

/** `src/plan/plan-book.ts` is of the room `plan`. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** The project's own files that a file imports, by their paths from the root. */
function importsOf(path: string, text: string): readonly string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*'(\.[^']+)'/gm)].map(([, name = '']) =>
    join(dirname(path), name),
  );
}
