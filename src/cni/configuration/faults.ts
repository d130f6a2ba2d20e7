import { CniError, errorCodes } from '../protocol/cni-error.ts';

/** What is wrong with configuration, field by field. */
export class Faults {
  readonly #found: Fault[] = [];

  /** A value that is not allowed. */
  invalid(path: string, reason: string): void {
    this.#found.push({ text: `${path} ${reason}`, code: errorCodes.invalidConfiguration });
  }

  /** A field that this plugin does not know, or a value of one that it cannot serve. */
  unsupported(path: string, value: unknown, reason: string): void {
    this.#found.push({
      text: `${path} ${reason}; its value is ${JSON.stringify(value)}`,
      code: errorCodes.unsupportedField,
    });
  }

  /** Throws a `CniError` of code 7, or 2, that names each field at fault; does nothing where there is none. */
  throwIfAny(): void {
    const [first] = this.#found;
    if (first === undefined) return;
    const invalid = this.#found.find(({ code }) => code === errorCodes.invalidConfiguration);
    const { code, text } = invalid ?? first;
    const details = this.#found.map((fault) => fault.text).join('\n');
    throw new CniError(code, `invalid network configuration: ${text}`, details);
  }
}

interface Fault {
  readonly text: string;
  readonly code: number;
}
