/** A change of one table, in the words of nft's commands. Names, keys and rules come from checked values only: none can end a command. */
export type Command =
  | { readonly kind: 'add-table' | 'delete-table' }
  | { readonly kind: 'add-set'; readonly set: DeclaredSet }
  | { readonly kind: 'delete-set' | 'flush-chain' | 'delete-chain'; readonly name: string }
  | {
      readonly kind: 'add-chain';
      readonly chain: { readonly name: string; readonly hook?: string | undefined };
    }
  | { readonly kind: 'add-rules'; readonly name: string; readonly rules: readonly string[] }
  | { readonly kind: 'delete-elements'; readonly set: string; readonly keys: readonly string[] }
  | {
      readonly kind: 'add-elements';
      readonly set: string;
      readonly elements: readonly (readonly [key: string, data: string])[];
    };

interface DeclaredSet {
  readonly kind: 'map' | 'set';
  readonly name: string;
  readonly properties: readonly string[];
}

/** One command a line, of the table `ip portolan`; none where there is nothing to add or to delete. */
export function commandText(command: Command, title: string): string {
  switch (command.kind) {
    case 'add-table':
      return `add table ${title}\n`;
    case 'delete-table':
      // Only what is there can be deleted, and adding what is there changes nothing.
      return `add table ${title}\ndelete table ${title}\n`;
    case 'add-set': {
      const { kind, name, properties } = command.set;
      return `add ${kind} ${title} ${name} { ${properties.join('; ')}; }\n`;
    }
    case 'delete-set':
      return `delete set ${title} ${command.name}\n`;
    case 'add-chain': {
      const { name, hook } = command.chain;
      return `add chain ${title} ${name}${hook === undefined ? '' : ` { ${hook} }`}\n`;
    }
    case 'flush-chain':
      return `flush chain ${title} ${command.name}\n`;
    case 'add-rules':
      return command.rules.map((rule) => `add rule ${title} ${command.name} ${rule}\n`).join('');
    case 'delete-chain':
      return `delete chain ${title} ${command.name}\n`;
    case 'delete-elements':
      return elements('delete', `${title} ${command.set}`, command.keys);
    case 'add-elements':
      return elements('add', `${title} ${command.set}`, command.elements.map(elementText));
  }
}

/** An element as nft lists it, `10.96.0.10 . tcp . 53 : goto web`, perhaps with a comment before the data; the bare key in a set. */
export function elementText([key, data]: readonly [key: string, data: string]): string {
  if (data === '') return key;
  return data.startsWith('comment ') ? `${key} ${data}` : `${key} : ${data}`;
}

function elements(action: 'add' | 'delete', set: string, texts: readonly string[]): string {
  return texts.length === 0 ? '' : `${action} element ${set} { ${texts.join(', ')} }\n`;
}
