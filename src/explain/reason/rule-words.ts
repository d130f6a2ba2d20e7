/** What a rule asks of the packet's sender, read off its text. */
export type SenderCondition =
  | { readonly kind: 'network'; readonly network: string; readonly negated: boolean }
  | { readonly kind: 'interface'; readonly interface: string; readonly negated: boolean }
  /** The node itself sends. */
  | { readonly kind: 'local' };

/** The first condition on the sender in a rule of iptables or nft, of the kinds that service proxies write. */
export function senderCondition(rule: string): SenderCondition | undefined {
  const text = withoutComment(rule);
  if (/--src-type LOCAL\b|\bfib saddr type local\b/.test(text)) return { kind: 'local' };
  const network =
    /(?<negated>! )?(?:-s|--source) (?<value>\S+)/.exec(text) ??
    /\bip6? saddr (?<negated>!= )?(?<value>\{[^}]*\}|[\da-f.:/]+)(?= )/.exec(text);
  if (network?.groups?.value !== undefined)
    return { kind: 'network', network: network.groups.value, negated: network.groups.negated !== undefined };
  const device =
    /(?<negated>! )?-i (?<value>\S+)/.exec(text) ?? /\biifname (?<negated>!= )?"(?<value>[^"]+)"/.exec(text);
  if (device?.groups?.value !== undefined)
    return {
      kind: 'interface',
      interface: device.groups.value,
      negated: device.groups.negated !== undefined,
    };
  return undefined;
}

/** The rule without its comments and without the chain that it stands in: what is said of it elsewhere. */
export function conciseRule(rule: string): string {
  return withoutComment(rule.replace(/^-A \S+ /, '')).trim();
}

function withoutComment(rule: string): string {
  return rule
    .replace(/(?:^| )-m comment(?= )/g, '')
    .replace(/(?:^| )--comment (?:"(?:[^"\\]|\\.)*"|\S+)/g, '')
    .replace(/ ?\bcomment "[^"]*"$/, '')
    .trim();
}

/** A service port as comments and names of chains have it: `namespace/name:port`. */
export function serviceInComment(comment: string): string | undefined {
  return /(?<![\w/.-])[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9-]*[a-z0-9])?(:[a-z0-9-]+)?(?![\w/.])/.exec(
    comment,
  )?.[0];
}

/** From kube-proxy's names in mode nftables: `external-E2IH552V-default/shop/tcp/http`. */
export function serviceInChain(chain: string): string | undefined {
  const [, namespace, name, port] =
    /^(?:service|local|external|firewall|endpoint)-[A-Z0-9]{8}-([^/]+)\/([^/]+)\/[a-z]+\/([a-z0-9-]*)(?:__|$)/.exec(
      chain,
    ) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  return port === '' ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
}
