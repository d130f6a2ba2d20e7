import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'rolldown';

/**
 * The command in a few files, loaded one for each command: it starts in half the time that a file for each module takes. Left
 * out are what is compiled for a machine (koffi), and the client of which only parts are loaded (kube-config.ts).
 */
const command = defineConfig({
  // The tests call the program in one process again and again.
  input: { main: 'src/cli/main.ts', program: 'src/cli/program.ts' },
  platform: 'node',
  external: ['koffi', /^@kubernetes\//],
  plugins: [withoutParts('prom-client', ['./lib/pushgateway', './lib/cluster'])],
  output: { dir: 'dist/cli', cleanDir: true, sourcemap: true },
});

/** The CNI plugin alone, as a script: each of its calls is a process of its own, of which the start is the most. */
const cniPlugin = defineConfig({
  input: { main: 'src/cni/main.ts' },
  platform: 'node',
  resolve: {
    alias: {
      koffi: fileURLToPath(new URL('src/kernel/cni/koffi-file.ts', import.meta.url)),
      'ipaddr.js': fileURLToPath(new URL('src/net/ip-address-text.ts', import.meta.url)),
      'node:net': fileURLToPath(new URL('src/net/ip-version.ts', import.meta.url)),
    },
  },
  output: {
    dir: 'dist/cni',
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    codeSplitting: false,
    minify: false,
  },
});

export default [command, cniPlugin];

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
