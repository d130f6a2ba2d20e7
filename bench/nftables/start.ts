import { mkdir, writeFile } from 'node:fs/promises';
import { clusterFlags, timePortolan } from './portolan.ts';

// Prints the seconds of `portolan run --once` as a whole process where there is nothing to serve: what every command
// takes to start, and the part of the tables that no Service changes.
const folder = '/run/objects';
await mkdir(folder);
const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-0' } };
await writeFile(`${folder}/node.json`, JSON.stringify(node));
// Files without any Service are taken for a mistake otherwise.
const { seconds } = await timePortolan(['run', '--once', ...clusterFlags(folder), '--allow-empty']);
process.stdout.write(JSON.stringify(seconds));
