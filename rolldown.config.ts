import { defineConfig } from 'rolldown';

/**
 * The command in a few files, loaded one for each command: it starts in half the time that a file for each module takes. Left
 * out are what is compiled for a machine (koffi), and the client of which only parts are loaded (kube-config.ts).
 */
export default defineConfig({
  // The tests call the program in one process again and again.
  input: { main: 'src/cli/main.ts', program: 'src/cli/program.ts' },
  platform: 'node',
  external: ['koffi', /^@kubernetes\//],
  output: { dir: 'dist/cli', cleanDir: true, sourcemap: true },
});
