import { demo } from './demo.ts';
import { enterIsolation, isIsolated, runIsolated } from './isolation.ts';

// The demo runs twice: from outside it only makes the namespaces, inside them it plays.
if (isIsolated()) {
  await enterIsolation();
  process.exit(await demo());
}
process.exitCode = await runIsolated(import.meta.filename);
