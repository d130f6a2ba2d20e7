import type { Expression, Interval, NatTarget, Statement } from '../../rule.ts';
import { dataType } from '../expression/data-types.ts';
import { type Need, statementOf, type TypedExpression } from '../expression/expression.ts';
import { parsePattern } from '../expression/patterns.ts';
import { type RuleContext, readExpression } from '../expression/read-expression.ts';
import type { Words } from '../words.ts';

/** Reads what follows `dnat` or `snat`. Throws `UnsupportedSyntax` where it has no known form. */
export function readNat(
  kind: 'destination-nat' | 'source-nat',
  words: Words,
  context: RuleContext,
): readonly Statement[] {
  const start = words.place;
  const isIpv6 = words.nextIs('ip6') || (!words.nextIs('ip') && context.family === 'IPv6');
  const form = readForm(words);
  const reader = new TargetReader(words, context, isIpv6 ? 'ipv6_addr' : 'ipv4_addr');
  const target = form === 'plain' ? reader.read() : undefined;
  if (target === undefined) {
    readWhatever(words, context);
    const text = words.textSince(start);
    return [...reader.needs, { kind, to: { address: { kind: 'unknown', text } } }];
  }
  takeNatFlags(words);
  const otherFamily: readonly Need[] =
    isIpv6 === (context.family === 'IPv6') ? [] : [{ nfProtocol: isIpv6 ? 10n : 2n }];
  return [...otherFamily.map(statementOf), ...reader.needs, { kind, to: target }];
}

/** Reads what follows `redirect`. */
export function readRedirect(words: Words, context: RuleContext): readonly Statement[] {
  const hasPort = words.takeIf('to');
  const reader = new TargetReader(words, context, 'ipv4_addr');
  const port = hasPort ? reader.readPort() : undefined;
  takeNatFlags(words);
  return [...reader.needs, { kind: 'redirect', ...(port !== undefined && { port }) }];
}

/** Reads what follows `masquerade`. The ports are those of the new source: they do not decide where the packet goes. */
export function readMasquerade(words: Words, context: RuleContext): readonly Statement[] {
  const reader = new TargetReader(words, context, 'ipv4_addr');
  if (words.takeIf('to')) reader.readPort();
  const isFullyRandom = takeNatFlags(words).includes('fully-random');
  return [...reader.needs, { kind: 'masquerade', ...(isFullyRandom && { fullyRandom: true }) }];
}

/** `ip addr . port to` is an older word for `ip to`; of `prefix` and `interval` it is not known which address comes out. */
function readForm(words: Words): 'plain' | 'networks' {
  words.takeIf('ip', 'ip6');
  const isPlain = !words.takeIf('prefix', 'interval');
  if (words.takeIf('addr')) while (words.takeIf('.')) words.take();
  words.takeIf('to');
  return isPlain ? 'plain' : 'networks';
}

function readWhatever(words: Words, context: RuleContext): void {
  readExpression(words, context);
  if (!words.isAtEnd && words.next.startsWith(':')) words.take();
  takeNatFlags(words);
}

/** They say how the kernel chooses among ports. */
function takeNatFlags(words: Words): readonly string[] {
  const place = words.place;
  while (words.takeIf('random', 'fully-random', 'persistent', ','));
  return words.textSince(place).split(',');
}

const portType = dataType('inet_service');

class TargetReader {
  readonly #words: Words;
  readonly #context: RuleContext;
  readonly #address: ReturnType<typeof dataType>;
  readonly #needs: Need[] = [];

  constructor(words: Words, context: RuleContext, address: 'ipv4_addr' | 'ipv6_addr') {
    this.#words = words;
    this.#context = context;
    this.#address = dataType(address);
  }

  /** What nft checks before: the fields in the target are of such packets alone. */
  get needs(): readonly Statement[] {
    return this.#needs.map(statementOf);
  }

  /** `undefined` where nothing is taken, as the words have another form. */
  read(): NatTarget | undefined {
    const words = this.#words;
    if (words.next.startsWith(':')) return { port: this.readPort() };
    const literal = splitLiteral(words.next);
    if (literal === undefined) return this.#readComputed();
    const pattern = parsePattern(literal.address, this.#address);
    if (pattern === undefined || typeof pattern === 'string') return undefined;
    if (literal.port === undefined) words.take();
    else words.splitNext(literal.port);
    if (typeof pattern === 'object') return 'prefix' in pattern ? undefined : this.#ofRange(pattern, literal);
    const address: Expression = { kind: 'value', value: pattern };
    if (literal.port === undefined) return { address };
    const range = portRange(literal.port);
    if (range !== undefined) return this.#ofRange({ from: pattern, to: pattern }, literal);
    return { address, port: this.readPort() };
  }

  /** `:80`, `:80-90` or `:tcp dport map { … }`. */
  readPort(): Expression {
    const words = this.#words;
    const text = words.next.replace(/^:/, '');
    const range = portRange(text);
    if (range !== undefined) {
      words.take();
      const modulus = Number(range.to - range.from) + 1;
      return { kind: 'number', method: 'random', modulus, offset: Number(range.from) };
    }
    words.splitNext(...(text === '' ? [] : [text]));
    return this.#taken(readExpression(words, this.#context, [portType])).expression;
  }

  #ofRange(addresses: Interval, { port }: Literal): NatTarget | undefined {
    if (port === undefined) return { addresses };
    const ports = parsePattern(port, portType);
    if (ports === undefined || typeof ports === 'string') return undefined;
    this.#words.take();
    if (typeof ports === 'bigint') return { addresses, ports: { from: ports, to: ports } };
    return 'prefix' in ports ? undefined : { addresses, ports };
  }

  /** `ip daddr . tcp dport map @name`, perhaps with a port after it. */
  #readComputed(): NatTarget {
    const words = this.#words;
    const { expression, types } = this.#taken(readExpression(words, this.#context, [this.#address]));
    if (types.length > 1) return { both: expression };
    if (words.isAtEnd || !words.next.startsWith(':')) return { address: expression };
    return { address: expression, port: this.readPort() };
  }

  #taken(read: TypedExpression): TypedExpression {
    this.#needs.push(...read.needs);
    return read;
  }
}

interface Literal {
  readonly address: string;
  readonly port: string | undefined;
}

/** `10.0.0.1`, `10.0.0.1:80`, `10.0.0.1-10.0.0.9:80-90`, `fd00::1`, `[fd00::1]:80`, `[fd00::1]-[fd00::9]:80`. */
function splitLiteral(word: string): Literal | undefined {
  const ipv4 = /^(\d+\.[\d./-]*)(?::(.+))?$/.exec(word);
  if (ipv4?.[1] !== undefined) return { address: ipv4[1], port: ipv4[2] };
  const bracketed = /^(\[[^\]]+\](?:-\[[^\]]+\])?)(?::(.+))?$/.exec(word);
  if (bracketed?.[1] !== undefined)
    return { address: bracketed[1].replaceAll(/[[\]]/g, ''), port: bracketed[2] };
  return /^[\da-f]*:[\da-f:./-]*$/i.test(word) ? { address: word, port: undefined } : undefined;
}

function portRange(text: string): Interval | undefined {
  const pattern = parsePattern(text, portType);
  return typeof pattern === 'object' && !('prefix' in pattern) ? pattern : undefined;
}
