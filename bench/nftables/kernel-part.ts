import { backendOf, loadCluster } from './proxy.ts';

// Prints the seconds of the first sync of IPv4: the plans are ready, and the network namespace is empty.
const [folder = ''] = process.argv.slice(2);
const cluster = await loadCluster(folder);
const { book, context } = cluster.loaded;
book.update(context());
const backend = await backendOf('IPv4', cluster);
const started = performance.now();
await backend.syncAll(book.plans('IPv4'));
process.stdout.write(JSON.stringify((performance.now() - started) / 1000));
