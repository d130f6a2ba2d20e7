import { defineConfig, type Plugin } from 'rolldown';

/**
 * The command in a few files, loaded one for each command: it starts in half the time that a file for each module takes. Left
 * out are what is compiled for a machine (koffi), and the client of which only parts are loaded (kube-config.ts).
 */
export default defineConfig({
  // The tests call the program in one process again and again.
  input: { main: 'src/cli/main.ts', program: 'src/cli/program.ts' },
  platform: 'node',
  external: ['koffi', /^@kubernetes\//],
  plugins: [withoutParts('prom-client', ['./lib/pushgateway', './lib/cluster'])],
  output: { dir: 'dist/cli', cleanDir: true, sourcemap: true },
});

/** Leaves out parts of a package that nobody uses and that would load much of Node: TLS, compression, clusters of processes. */
function withoutParts(name: string, parts: readonly string[]): Plugin {
  const empty = '\0empty';
  return {
    name: `${name} without ${parts.join(', ')}`,
    resolveId: (source, importer) =>
      parts.includes(source) && importer?.endsWith(`/node_modules/${name}/index.js`) ? empty : undefined,
    load: (id) => (id === empty ? '' : undefined),
  };
}
