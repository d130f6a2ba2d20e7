/** What the API server allows as a name; none of it can mean anything to iptables, nft or a shell. */
export const nameRules = {
  /** RFC 1123: namespaces, Services, names of ports. */
  label: {
    pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    allowed: 'at most 63 lower-case letters, digits and "-"',
  },
  /** RFC 1123 subdomain: everything else. */
  subdomain: {
    pattern: /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    allowed: 'at most 253 lower-case letters, digits, "-" and "."',
  },
  /** The value of a label; also the name of a zone or of another proxy. */
  labelValue: {
    pattern: /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/,
    allowed: 'at most 63 letters, digits, "-", "_" and "."',
  },
} satisfies Record<string, NameRule>;

export interface NameRule {
  readonly pattern: RegExp;
  /** What the pattern allows, in words. */
  readonly allowed: string;
}
