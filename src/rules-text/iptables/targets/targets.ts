import type { Statement } from '../../rule.ts';
import {
  type Extension,
  type ExtensionReader,
  extensionText,
  hasOption,
  valueOfOption,
} from '../extension.ts';
import { setConnectionMark, setMark } from './mark-targets.ts';
import { destinationNat, redirect, sourceNat } from './nat-targets.ts';

const verdict = (kind: 'accept' | 'drop' | 'return'): ExtensionReader => ({
  options: new Set(),
  read: () => [{ kind: 'verdict', verdict: { kind } }],
});

const masquerade: ExtensionReader = {
  options: new Set(['--to-ports', '--random', '--random-fully']),
  read: () => [{ kind: 'masquerade' }],
};

const reject: ExtensionReader = {
  options: new Set(['--reject-with']),
  read: (extension, family) => {
    const standard = family === 'IPv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
    const reason = hasOption(extension, '--reject-with')
      ? valueOfOption(extension, '--reject-with')
      : standard;
    return reason === undefined ? undefined : [{ kind: 'reject', with: reason }];
  },
};

const untrack: ExtensionReader = { options: new Set(), read: () => [{ kind: 'untrack' }] };

/** Zones, helpers and timeouts do not decide where a first packet goes. */
const conntrackTarget: ExtensionReader = {
  read: (extension) => (hasOption(extension, '--notrack') ? [{ kind: 'untrack' }] : [noOp(extension)]),
};

/** Adds to an ipset, or takes a mark from one. */
const ipset: ExtensionReader = {
  read: (extension) => [
    noOp(extension),
    ...(hasOption(extension, '--map-mark') ? [unknownMark(extension)] : []),
  ],
};

const hashedMark: ExtensionReader = { read: (extension) => [unknownMark(extension)] };

/** Targets after which the packet goes on as it came, so far as rules and routes can tell. */
const noOps = [
  'AUDIT CHECKSUM CLASSIFY CONNSECMARK DSCP ECN HL IDLETIMER LED LOG NFLOG',
  'RATEEST SECMARK TCPMSS TCPOPTSTRIP TOS TRACE TTL ULOG',
]
  .flatMap((names) => names.split(' '))
  .map((name) => [name, { read: (extension) => [noOp(extension)] } satisfies ExtensionReader] as const);

const markOptions = new Set(['--set-xmark', '--set-mark', '--or-mark', '--and-mark', '--xor-mark']);

const connmarkOptions = new Set([
  ...markOptions,
  ...['--save-mark', '--restore-mark', '--mask', '--nfmask', '--ctmask'],
  ...['--left-shift-mark', '--right-shift-mark'],
]);

const sourceNatOptions = new Set(['--to-source', '--random', '--random-fully', '--persistent']);

/** What the targets do, as far as it is known. All others are unknown. */
export const targetReaders: ReadonlyMap<string, ExtensionReader> = new Map<string, ExtensionReader>([
  ...noOps,
  ['ACCEPT', verdict('accept')],
  ['CONNMARK', { options: connmarkOptions, read: setConnectionMark }],
  ['CT', conntrackTarget],
  ['DNAT', { options: new Set(['--to-destination', '--random', '--persistent']), read: destinationNat }],
  ['DROP', verdict('drop')],
  ['HMARK', hashedMark],
  ['MARK', { options: markOptions, read: setMark }],
  ['MASQUERADE', masquerade],
  ['NOTRACK', untrack],
  ['REDIRECT', { options: new Set(['--to-ports', '--random']), read: redirect }],
  ['REJECT', reject],
  ['RETURN', verdict('return')],
  ['SET', ipset],
  ['SNAT', { options: sourceNatOptions, read: sourceNat }],
]);

function noOp(extension: Extension): Statement {
  return { kind: 'no-op', text: extensionText(extension) };
}

function unknownMark(extension: Extension): Statement {
  return { kind: 'assign', field: 'mark', value: { kind: 'unknown', text: extensionText(extension) } };
}
