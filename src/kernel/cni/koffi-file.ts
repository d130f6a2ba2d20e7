import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * koffi, from its compiled file: its own way there reads Node's executable to know the C library, which takes as long as a third of
 * Node's start. Stands for the package in the bundle of the CNI plugin (rolldown.config.ts), which is at `dist/cni`.
 */
export default load();

function load(): unknown {
  const platform = `linux_${process.arch}`;
  const modules = join(__dirname, '../../node_modules');
  const native: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(native, join(modules, `@koromix/koffi-linux-${process.arch}`, platform, 'koffi.node'));
    return native.exports;
  } catch {
    return createRequire(__filename)('koffi');
  }
}
