import { readdir, readFile, readlink } from 'node:fs/promises';
import { type Address, parseAddress } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import type { ListeningSocket } from '../live-view.ts';

/** Sockets of this network namespace that wait for clients on these ports, with their processes where they can be seen. */
export async function listeningSockets(ports: ReadonlySet<number>): Promise<readonly ListeningSocket[]> {
  const found = await Promise.all(files.map((file) => readSockets(file, ports)));
  const sockets = found.flat();
  const processes =
    sockets.length === 0 ? none : await processesOf(new Set(sockets.map(({ inode }) => inode)));
  return sockets.map(({ inode, ...socket }) => ({ ...socket, process: processes.get(inode) }));
}

interface SocketFile {
  readonly name: string;
  readonly protocol: ListeningSocket['protocol'];
  readonly family: Family;
}

const files: readonly SocketFile[] = [
  { name: 'tcp', protocol: 'TCP', family: 'IPv4' },
  { name: 'tcp6', protocol: 'TCP', family: 'IPv6' },
  { name: 'udp', protocol: 'UDP', family: 'IPv4' },
  { name: 'udp6', protocol: 'UDP', family: 'IPv6' },
];

type FoundSocket = Omit<ListeningSocket, 'process'> & { readonly inode: string };

async function readSockets(file: SocketFile, ports: ReadonlySet<number>): Promise<readonly FoundSocket[]> {
  // A kernel without IPv6 has no files of it.
  const text = await readFile(`/proc/self/net/${file.name}`, 'utf8').catch(() => '');
  return readSocketTable(text, file).filter(({ port }) => ports.has(port));
}

/** `TCP_LISTEN` and `TCP_CLOSE` of the kernel: the latter for UDP sockets that are bound and not connected. */
const waiting = { TCP: '0A', UDP: '07' } as const;

/** Those of /proc/net/tcp and its like (proc(5)) that wait for clients. */
export function readSocketTable(
  text: string,
  { protocol, family }: Pick<SocketFile, 'protocol' | 'family'>,
): readonly FoundSocket[] {
  return text.split('\n').flatMap((line): FoundSocket[] => {
    const [, local = '', remote = '', state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== waiting[protocol] || !remote.endsWith(':0000') || inode === undefined) return [];
    const [hex = '', port = ''] = local.split(':');
    const address = readHexAddress(hex);
    return address === undefined
      ? []
      : [{ protocol, family, address, port: Number.parseInt(port, 16), inode }];
  });
}

/** Words of 32 bits in the machine's own order: little-endian wherever Node.js runs but on s390x. */
function readHexAddress(hex: string): Address | undefined {
  const bytes = Buffer.from(hex, 'hex');
  if (new Uint8Array(new Uint32Array([1]).buffer)[0] === 1) bytes.swap32();
  const text = bytes.length === 4 ? bytes.join('.') : (bytes.toString('hex').match(/.{4}/g) ?? []).join(':');
  return parseAddress(text);
}

type Process = NonNullable<ListeningSocket['process']>;
const none: ReadonlyMap<string, Process> = new Map();

/** The process that holds each socket, by its inode; what belongs to others only root can see. */
async function processesOf(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, Process>> {
  const found = new Map<string, Process>();
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`;
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const target = await readlink(`${folder}/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode === undefined || !inodes.has(inode) || found.has(inode)) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      found.set(inode, { pid: Number(pid), name: name.trim() });
    }
    if (found.size === inodes.size) break;
  }
  return found;
}
