import { fileURLToPath } from 'node:url';

/** The executables of this package, which stand beside the built files as beside the sources. */
export const ownCommands = {
  portolan: fileURLToPath(new URL('../../bin/portolan', import.meta.url)),
  /** The CNI plugin. */
  cni: fileURLToPath(new URL('../../bin/portolan-cni', import.meta.url)),
} as const;
