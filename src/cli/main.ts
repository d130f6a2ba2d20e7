import { enableCompileCache } from 'node:module';

// Saves most of the start-up time of every call but the first.
enableCompileCache?.();
// `portolan render | head` ends when its reader does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
const { main } = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2));
