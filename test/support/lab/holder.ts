/** Makes namespaces, prints their names and waits: for the test of what a signal leaves behind. */
import { createNamespaces } from './namespaces.ts';

const { nameOf } = await createNamespaces(['a', 'b']);
console.log(`${nameOf('a')} ${nameOf('b')}`);
process.stdin.resume();
