import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LayerSequencer from './scripts/layer-sequencer.ts';

/** The layer of a test stands in its file's name, as in `history.property.test.ts`; without one it is a unit test. */
const named = ['property', 'process', 'kernel', 'cluster'] as const;
const filesOf = (layer: string) => [`test/**/*.${layer}.test.ts`];

/** Node.js itself keeps such a test from starting a process and from loading what is not JavaScript. */
const permissions = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'];
/** Coverage is counted by the inspector. */
const pure = {
  execArgv: process.argv.includes('--coverage') ? [...permissions, '--allow-inspector'] : permissions,
};

export default defineConfig({
  test: {
    sequence: { shuffle: true, sequencer: LayerSequencer },
    // To load the code again for each file would take longer than most of the tests.
    isolate: false,
    // A limit is there for what never ends, not for what takes long on a busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // One more than cores: kernel tests wait for the kernel now and then.
    maxWorkers: Math.min(availableParallelism() + 1, 8),
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary'] },
    projects: [
      {
        extends: true,
        test: { ...pure, name: 'unit', include: ['test/**/*.test.ts'], exclude: named.flatMap(filesOf) },
      },
      { extends: true, test: { ...pure, name: 'property', include: filesOf('property') } },
      ...(['process', 'kernel', 'cluster'] as const).map((name) => ({
        extends: true as const,
        test: { name, include: filesOf(name) },
      })),
    ],
  },
});
