/** What a line of a listing says. What takes several lines, such as a rule with a chain in it, comes with the last one. */
export type ListedPart =
  | {
      readonly kind: 'table';
      /** As the listing has it, `ip` where it has none. */
      readonly family: string;
      readonly name: string;
      /** Whether nft warned before it that iptables-nft manages the table. */
      readonly isOfIptablesNft: boolean;
      /** A table that is only named, as in a file for `nft -f`: its block does not follow. */
      readonly isClosed: boolean;
    }
  /** `isClosed`: the block is empty, on this one line, and no `end` comes. */
  | { readonly kind: 'chain' | 'set' | 'map'; readonly name: string; readonly isClosed: boolean }
  /** `flags dormant` of a table. */
  | { readonly kind: 'table-flags'; readonly text: string }
  /** `type nat hook output priority -100; policy accept;` of a chain. */
  | { readonly kind: 'hook'; readonly text: string }
  /** Lines that belong together are joined by line breaks. `handle` is there with `nft -a`. */
  | { readonly kind: 'rule'; readonly text: string; readonly handle: string | undefined }
  /** What a set or map says of itself: `type …`, `flags …`, `counter`, `comment "…"`. */
  | { readonly kind: 'property'; readonly text: string }
  /** Elements, with commas between them, up to a comma or the brace that closes them all. */
  | { readonly kind: 'elements'; readonly text: string; readonly isLast: boolean }
  | { readonly kind: 'end'; readonly of: 'table' | 'chain' | 'set' }
  /** No line of a listing; `problem` says why not. The block that is open stays open. */
  | { readonly kind: 'fault'; readonly problem: string };

/**
 * Reads what `nft list …` prints, line by line, whatever its flags: handles and remarks are left out, and nft's own
 * warnings, which it writes where it stands, in the middle of a line too. Blocks that hold neither rules nor elements are
 * passed over.
 */
export class ListingReader {
  #block: 'text' | 'table' | 'chain' | 'set' | 'elements' | 'other';
  /** What the open blocks are called, the innermost last. */
  readonly #titles: string[] = [];
  /** The lines of a rule that has open braces. */
  #rule = '';
  /** How many braces are open in a rule, or in a block that is passed over. */
  #depth = 0;
  /** What stood before a warning on the same line. */
  #cut = '';
  #isOfIptablesNft = false;
  /** Of the line at hand. */
  #handle: string | undefined;

  /** Begins before the first table, or behind the line that opens a chain. */
  constructor(begin: 'text' | 'chain' = 'text') {
    this.#block = begin;
  }

  /** The innermost block that is open, `chain KUBE-SERVICES` or `the elements of services`. */
  get openBlock(): string | undefined {
    const title = this.#titles.at(-1);
    return this.#block === 'elements' ? `the elements of ${title?.replace(/^\w+ /, '')}` : title;
  }

  /** Takes the next line; `undefined` where it says nothing, or nothing yet. */
  line(raw: string): ListedPart | undefined {
    const trimmed = raw.trim();
    if (this.#block === 'elements') return this.#readElements(trimmed);
    this.#handle = undefined;
    const line = this.#cut === '' && !trimmed.includes('#') ? trimmed : this.#withoutRemarks(trimmed);
    if (line === '') return undefined;
    switch (this.#block) {
      case 'text':
        return this.#readTitle(line);
      case 'table':
        return this.#readTableLine(line);
      case 'chain':
        return this.#readChainLine(line);
      case 'set':
        return this.#readSetLine(line);
      case 'other':
        return this.#passOver(line);
    }
  }

  /**
   * A warning of an extension that this nft does not know takes the rest of its line, and what it is about follows on the
   * next one (xt_stmt_xlate of nft's src/xt.c).
   */
  #withoutRemarks(trimmed: string): string {
    const line = this.#cut === '' ? trimmed : `${this.#cut} ${trimmed}`;
    this.#cut = warningOfExtension.exec(line)?.[1] ?? '';
    if (this.#cut !== '') return '';
    if (line.startsWith('#') && !oldExtension.test(line)) {
      this.#isOfIptablesNft ||= warningOfTable.test(line);
      return '';
    }
    this.#handle = handle.exec(line)?.[1];
    return line.replace(this.#block === 'chain' ? handle : remark, '');
  }

  #readTitle(line: string): ListedPart | undefined {
    const [, family = 'ip', name, brace] = title.exec(line) ?? [];
    if (name === undefined)
      return command.test(line) ? undefined : { kind: 'fault', problem: problemOf(line) };
    const isOfIptablesNft = this.#isOfIptablesNft;
    this.#isOfIptablesNft = false;
    if (brace !== undefined) this.#open('table', `table ${family} ${name}`);
    return { kind: 'table', family, name, isOfIptablesNft, isClosed: brace === undefined };
  }

  #readTableLine(line: string): ListedPart | undefined {
    if (line === '}') return this.#end('table');
    const [, kind, name = '', rest] = /^(chain|set|map) (\S+) \{(.*)$/.exec(line) ?? [];
    if (kind === 'chain' || kind === 'set' || kind === 'map') {
      const isClosed = rest?.trim() === '}';
      if (rest !== '' && !isClosed) return fault(line, 'nft lists what is in braces on lines of its own');
      if (!isClosed) this.#open(kind === 'chain' ? 'chain' : 'set', `${kind} ${name}`);
      return { kind, name, isClosed };
    }
    if (line.endsWith('{')) {
      this.#open('other', shortened(line));
      this.#depth = 1;
    }
    return line.startsWith('flags ') ? { kind: 'table-flags', text: line } : undefined;
  }

  #readChainLine(line: string): ListedPart | undefined {
    if (this.#depth === 0) {
      if (line === '}') return this.#end('chain');
      if (/^type \w+ hook /.test(line)) return { kind: 'hook', text: line };
      if (line.startsWith('policy ') || /^comment ".*"$/.test(line)) return undefined;
    }
    const rule = this.#rule === '' ? line : `${this.#rule}\n${line}`;
    this.#depth += depthOf(line);
    this.#rule = this.#depth > 0 ? rule : '';
    return this.#depth > 0 ? undefined : { kind: 'rule', text: rule, handle: this.#handle };
  }

  #readSetLine(line: string): ListedPart {
    if (line === '}') return this.#end('set');
    if (!line.startsWith(elementsBegin)) return { kind: 'property', text: line };
    this.#block = 'elements';
    return this.#readElements(line.slice(elementsBegin.length).trimStart());
  }

  /** The brace that closes elements is the last character of a line, and no comment is. */
  #readElements(line: string): ListedPart {
    const isLast = line.endsWith('}');
    if (isLast) this.#block = 'set';
    return { kind: 'elements', text: isLast ? line.slice(0, -1).trimEnd() : line, isLast };
  }

  #passOver(line: string): undefined {
    this.#depth += line === '}' ? -1 : depthOf(line);
    if (this.#depth > 0) return;
    this.#block = 'table';
    this.#titles.pop();
  }

  #open(block: 'table' | 'chain' | 'set' | 'other', title: string): void {
    this.#block = block;
    this.#titles.push(title);
  }

  #end(of: 'table' | 'chain' | 'set'): ListedPart {
    this.#block = of === 'table' ? 'text' : 'table';
    this.#titles.pop();
    return { kind: 'end', of };
  }
}

const title = /^table (?:(\w+) )?(\S+?)( \{)?$/;

/** The rules in what stands between the braces of a chain. */
export function rulesIn(body: string): readonly string[] {
  const reader = new ListingReader('chain');
  return body.split('\n').flatMap((line) => {
    const part = reader.line(line);
    return part?.kind === 'rule' ? [part.text] : [];
  });
}

const elementsBegin = 'elements = {';

/** What may stand before tables in a file that `nft -f` takes, such as a saved listing. */
const command = /^(?:flush ruleset|(?:add|delete|destroy|flush) table \w+ \S+);?$/;

/** Of `nft -a`, and who owns a table. */
const handle = /\s*# handle (\d+)$/;
const remark = /(?<=\{)\s+# .*$|\s*# handle \d+$/;

/** Extensions of xtables, as older ones list them. */
const oldExtension = /^# xt_/;

const warningOfTable = /^# Warning: table .* managed by iptables-nft/;
const warningOfExtension = /^(.*\S)\s+# Warning: XT \w+ \S+ not found$/;

function problemOf(line: string): string {
  if (/^(?:\S+ )?Error: /.test(line))
    return `"${shortened(line)}" is what nft says of a failure: this is not all that it has to list`;
  if (commandWord.test(line))
    return `"${shortened(line)}" is a command to nft; what it lists is needed ("nft list ruleset")`;
  return `"${shortened(line)}" is no beginning of a table`;
}

const commandWord = /^(?:nft|add|create|insert|delete|destroy|replace|flush|define|include) /;

function fault(line: string, problem: string): ListedPart {
  return { kind: 'fault', problem: `"${shortened(line)}": ${problem}` };
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** How many braces a line opens and does not close. */
function depthOf(line: string): number {
  if (!line.includes('{') && !line.includes('}')) return 0;
  let depth = 0;
  for (const [part] of line.matchAll(/"[^"]*"|[{}]/g)) {
    if (part === '{') depth += 1;
    else if (part === '}') depth -= 1;
  }
  return depth;
}
