import { globSync, readFileSync } from 'node:fs';
import { findForbiddenImports, findRoomCycles } from './find-faults.ts';
import { mayImport } from './may-import.ts';

/** Part of `npm run check`: prints every import that the table of rooms does not allow; exit status 1 where there is one. */
const files = globSync('src/**/*.ts').sort();
const faults = [
  ...findRoomCycles(mayImport),
  ...findForbiddenImports(
    files.map((path) => ({ path, text: readFileSync(path, 'utf8') })),
    mayImport,
  ),
];
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) {
  process.stderr.write('Which room may import which stands in scripts/rooms/may-import.ts.\n');
  process.exitCode = 1;
}
