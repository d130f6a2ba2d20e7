/** The name of a network interface, safe to print into a rule. */
export type InterfaceName = string & { readonly brand: 'InterfaceName' };

/** The start of interface names, safe to print into a rule before the wildcard. */
export type InterfaceNamePrefix = string & { readonly brand: 'InterfaceNamePrefix' };

// The kernel (dev_valid_name) forbids `/`, `:`, white space and more than 15 bytes. We allow less: iptables reads a
// trailing `+` as a wildcard and nft a trailing `*`, quotes end a string, and a leading `-` is an option.
const safe = /^[A-Za-z0-9_.@][A-Za-z0-9_.@-]*$/;

export const interfaceNameAllowed =
  '1 to 15 letters, digits or any of "_", "-", ".", "@", not beginning with "-"';
export const interfaceNamePrefixAllowed =
  '1 to 14 letters, digits or any of "_", "-", ".", "@", not beginning with "-"';

export function parseInterfaceName(text: string): InterfaceName | undefined {
  return safe.test(text) && text.length <= 15 && text !== '.' && text !== '..'
    ? (text as InterfaceName)
    : undefined;
}

/** One character is left for the wildcard: iptables refuses `prefix+` of more than 15. */
export function parseInterfaceNamePrefix(text: string): InterfaceNamePrefix | undefined {
  return safe.test(text) && text.length <= 14 ? (text as InterfaceNamePrefix) : undefined;
}
