/** Where CNI plugins are looked for, besides what the lab links itself: containerd's folder, and those of Debian and Fedora. */
export const pluginFolders = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'] as const;
