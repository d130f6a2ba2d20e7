/** What tools say that has the same meaning in all of them, and what is said to people of that. */

/** One sentence for a tool that is not there. */
export function notInstalled(command: string): string {
  const name = packages[command] ?? 'iptables';
  return `the command ${command} is not on this machine; install ${name} (Debian: apt-get install ${name})`;
}

const packages: Readonly<Record<string, string>> = {
  nft: 'nftables',
  conntrack: 'conntrack',
  nfacct: 'nfacct',
  bird: 'bird2',
  birdc: 'bird2',
  ip: 'iproute2',
  bridge: 'iproute2',
  nsenter: 'util-linux',
  lsns: 'util-linux',
};

/** One sentence for what this process may not do. `said` is what the tool or the kernel said. */
export function notPermitted(command: string, said: string): string {
  return `${command}: not permitted; it needs root or the capability CAP_NET_ADMIN (${said})`;
}

/** Whether it failed because this process may not do it. */
export function saysForbidden(said: string): boolean {
  return /Operation not permitted|Permission denied|must be root/.test(said);
}

/** Whether the machine could not do it for the moment: the texts of errno.h, and the tools' own for want of memory. */
export function saysUnable(said: string): boolean {
  return unable.test(said);
}

const unable = new RegExp(
  [
    'Cannot allocate memory',
    'Memory allocation failure',
    'Out of memory',
    'Too many open files',
    'Resource temporarily unavailable',
    'No space left on device',
    'Disk quota exceeded',
  ].join('|'),
  'i',
);

/** Whether the kernel's answer is about what it was given: the texts of errno.h that nf_tables answers with. */
export function isRefusal(reason: string): boolean {
  return refusals.has(reason);
}

const refusals: ReadonlySet<string> = new Set([
  'Address family not supported by protocol',
  'Argument list too long',
  'Device or resource busy',
  'File exists',
  'File name too long',
  'Invalid argument',
  // Where many parts are refused, the kernel's answers find no room at the socket.
  'No buffer space available',
  'No such device',
  'No such file or directory',
  'No such process',
  'Numerical argument out of domain',
  'Numerical result out of range',
  'Operation not supported',
  'Protocol not supported',
  'Too many levels of symbolic links',
  'Too many links',
  'Value too large for defined data type',
]);
