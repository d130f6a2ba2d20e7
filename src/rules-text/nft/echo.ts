/** What nft says that a transaction has added, with the handle that it got. */
export type Echoed =
  | { readonly kind: 'rule'; readonly table: string; readonly chain: string; readonly handle: string }
  /** `hook` is as nft lists it; `undefined` where none calls the chain. */
  | {
      readonly kind: 'chain';
      readonly table: string;
      readonly chain: string;
      readonly hook: string | undefined;
    };

/** Reads what `nft --echo --handle` prints: `add rule ip portolan KUBE-DROP drop # handle 12`. Of rules and chains only. */
export function readEcho(echo: string): readonly Echoed[] {
  return echo.split('\n').flatMap((line): readonly Echoed[] => {
    const [, kind, table = '', chain = '', content = '', handle = ''] = echoed.exec(line) ?? [];
    if (kind === 'rule') return [{ kind, table, chain, handle }];
    return kind === 'chain' ? [{ kind, table, chain, hook: /^\{ (.*) \}$/.exec(content)?.[1] }] : [];
  });
}

const echoed = /^add (chain|rule) (\S+ \S+) (\S+) ?(.*) # handle (\d+)$/;
