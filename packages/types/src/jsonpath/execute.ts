/**
 * Runs a jsonpath over a jsonb tree. Items push each result to `emit`, which answers true to stop. Errors that a path
 * may recover from (predicates, silent mode) are PathError; the others go through as they are.
 */
import type { Datum } from '../datum.js';
import { SqlError, type ErrorFields } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { builtinFunction, type CallContext } from '../function-impl.js';
import { compareNumerics, numericFromText, numericFunction } from '../any/numeric-bridge.js';
import { JsonObject, jsonKind, type JsonValue } from '../jsonb/value.js';
import { compareDateTimes, PathDateTime } from './datetime-item.js';
import { runMethod } from './methods.js';
import { LAST, regexOptions, type JsonPath, type PathItem } from './nodes.js';

export class PathError extends SqlError {
  constructor(code: string, message: string, fields: ErrorFields = {}) {
    super(code, message, fields);
  }
}

export type Emit = (v: JsonValue) => boolean;
type Truth = boolean | undefined;

export function pathKind(v: JsonValue): string {
  return v instanceof PathDateTime ? 'datetime' : jsonKind(v);
}

const arithmetic: Readonly<Record<string, string>> = {
  '+': 'numeric_add', '-': 'numeric_sub', '*': 'numeric_mul', '/': 'numeric_div', '%': 'numeric_mod',
};

export class PathRun {
  private current: JsonValue;
  private arraySize = -1;
  private ignoreStructural: boolean;
  /** For keyvalue(): objects by the order in which they were met. */
  readonly objectIds = new Map<JsonValue, number>();

  constructor(
    readonly path: JsonPath, private readonly root: JsonValue, private readonly vars: JsonObject | null,
    readonly env: TypeEnv, readonly useZone: boolean, private readonly context: CallContext,
  ) {
    this.current = root;
    this.ignoreStructural = path.lax;
  }

  get lax(): boolean { return this.path.lax; }

  /** Every result in order, to `emit`. */
  run(emit: Emit): void {
    this.exec(this.path.root, this.root, this.lax, emit);
  }

  next(i: PathItem, v: JsonValue, emit: Emit): boolean {
    return i.next === undefined ? emit(v) : this.exec(i.next, v, this.lax, emit);
  }

  exec(i: PathItem, v: JsonValue, unwrap: boolean, emit: Emit): boolean {
    switch (i.kind) {
      case 'null': return this.next(i, null, emit);
      case 'string': return this.next(i, i.text, emit);
      case 'bool': return this.next(i, i.text === 'true', emit);
      case 'number': return this.next(i, i.number, emit);
      case 'variable': return this.next(i, this.variable(i.text), emit);
      case 'root': return this.next(i, this.root, emit);
      case 'current': return this.next(i, this.current, emit);
      case 'last':
        if (this.arraySize < 0) throw new SqlError('XX000', 'evaluating jsonpath LAST outside of array subscript');
        return this.next(i, numericFromText(String(this.arraySize - 1)), emit);
      case 'key': return this.key(i, v, unwrap, emit);
      case 'anyKey': return this.anyKey(i, v, unwrap, emit);
      case 'anyArray': return this.anyArray(i, v, emit);
      case 'index': return this.index(i, v, emit);
      case 'any': return this.anyLevels(i, v, emit);
      case 'filter': return this.filter(i, v, unwrap, emit);
      case 'plus': case 'minus': return this.unary(i, v, emit);
      case 'method':
        if (unwrap && Array.isArray(v) && i.text !== 'type' && i.text !== 'size') return this.unwrapTarget(i, v, emit);
        return runMethod(this, i, v, emit);
      case 'binary':
        if (arithmetic[i.text] !== undefined) return this.binary(i, v, emit);
        return this.emitTruth(i, v, emit);
      default: return this.emitTruth(i, v, emit);
    }
  }

  private emitTruth(i: PathItem, v: JsonValue, emit: Emit): boolean {
    const t = this.truth(i, v);
    return this.next(i, t === undefined ? null : t, emit);
  }

  private variable(name: string): JsonValue {
    const v = this.vars?.get(name);
    if (v === undefined) throw new SqlError('42704', `could not find jsonpath variable "${name}"`);
    return v;
  }

  unwrapTarget(i: PathItem, items: readonly JsonValue[], emit: Emit): boolean {
    for (const x of items) if (this.exec(i, x, false, emit)) return true;
    return false;
  }

  private key(i: PathItem, v: JsonValue, unwrap: boolean, emit: Emit): boolean {
    if (v instanceof JsonObject) {
      const member = v.get(i.text);
      if (member !== undefined) return this.next(i, member, emit);
      if (!this.ignoreStructural) throw new PathError('2203A', `JSON object does not contain key "${i.text}"`);
      return false;
    }
    if (unwrap && Array.isArray(v)) return this.unwrapTarget(i, v, emit);
    if (!this.ignoreStructural) throw new PathError('2203A', 'jsonpath member accessor can only be applied to an object');
    return false;
  }

  private anyKey(i: PathItem, v: JsonValue, unwrap: boolean, emit: Emit): boolean {
    if (v instanceof JsonObject) {
      for (const x of v.values) if (this.next(i, x, emit)) return true;
      return false;
    }
    if (unwrap && Array.isArray(v)) return this.unwrapTarget(i, v, emit);
    if (!this.ignoreStructural) throw new PathError('2203C', 'jsonpath wildcard member accessor can only be applied to an object');
    return false;
  }

  private anyArray(i: PathItem, v: JsonValue, emit: Emit): boolean {
    if (Array.isArray(v)) {
      for (const x of v) if (this.next(i, x, emit)) return true;
      return false;
    }
    if (this.lax) return this.next(i, v, emit);
    if (!this.ignoreStructural) throw new PathError('22039', 'jsonpath wildcard array accessor can only be applied to an array');
    return false;
  }

  private index(i: PathItem, v: JsonValue, emit: Emit): boolean {
    if (!Array.isArray(v) && !this.lax) {
      if (!this.ignoreStructural) throw new PathError('22039', 'jsonpath array accessor can only be applied to an array');
      return false;
    }
    const items: JsonValue[] = Array.isArray(v) ? v : [v];
    const saved = this.arraySize;
    this.arraySize = items.length;
    for (let k = 0; k < i.args.length; k += 2) {
      let from = this.subscript(i.args[k]!, v);
      let to = i.args[k + 1] === undefined ? from : this.subscript(i.args[k + 1]!, v);
      if (!this.ignoreStructural && (from < 0 || from > to || to >= items.length)) {
        throw new PathError('22033', 'jsonpath array subscript is out of bounds');
      }
      from = Math.max(from, 0);
      to = Math.min(to, items.length - 1);
      for (let n = from; n <= to; n++) {
        const inner = this.arraySize;
        this.arraySize = saved;
        const stop = this.next(i, items[n], emit);
        this.arraySize = inner;
        if (stop) {
          this.arraySize = saved;
          return true;
        }
      }
    }
    this.arraySize = saved;
    return false;
  }

  private subscript(i: PathItem, v: JsonValue): number {
    const found = this.list(i, v, false);
    if (found.length !== 1 || pathKind(found[0]) !== 'number') {
      throw new PathError('22033', 'jsonpath array subscript is not a single numeric value');
    }
    try {
      return numericFunction('numeric_int4')(numericFunction('numeric_trunc')(found[0], 0)) as number;
    } catch {
      throw new PathError('22033', 'jsonpath array subscript is out of integer range');
    }
  }

  private anyLevels(i: PathItem, v: JsonValue, emit: Emit): boolean {
    const saved = this.ignoreStructural;
    const leave = (x: JsonValue): boolean => {
      this.ignoreStructural = true;
      const stop = this.next(i, x, emit);
      this.ignoreStructural = saved;
      return stop;
    };
    const isContainer = (x: JsonValue): boolean => Array.isArray(x) || x instanceof JsonObject;
    if (i.first === 0 && leave(v)) return true;
    const walk = (x: JsonValue, level: number): boolean => {
      if (!isContainer(x) || level > i.last) return false;
      for (const c of Array.isArray(x) ? x : (x as JsonObject).values) {
        if (level >= i.first || (i.first === LAST && i.last === LAST && !isContainer(c))) {
          if (leave(c)) return true;
        }
        if (level < i.last && walk(c, level + 1)) return true;
      }
      return false;
    };
    return walk(v, 1);
  }

  private filter(i: PathItem, v: JsonValue, unwrap: boolean, emit: Emit): boolean {
    if (unwrap && Array.isArray(v)) return this.unwrapTarget(i, v, emit);
    const saved = this.current;
    this.current = v;
    const t = this.truth(i.args[0]!, v);
    this.current = saved;
    return t === true ? this.next(i, v, emit) : false;
  }

  /** The results of an operand; arrays among them spread out in lax mode where asked. */
  list(i: PathItem, v: JsonValue, unwrap: boolean): JsonValue[] {
    const out: JsonValue[] = [];
    this.exec(i, v, this.lax, (x) => {
      if (unwrap && this.lax && Array.isArray(x)) out.push(...x);
      else out.push(x);
      return false;
    });
    return out;
  }

  private binary(i: PathItem, v: JsonValue, emit: Emit): boolean {
    const single = (arg: PathItem, side: string): Datum => {
      const found = this.list(arg, v, true);
      if (found.length !== 1 || pathKind(found[0]) !== 'number') {
        throw new PathError('22038', `${side} operand of jsonpath operator ${i.text} is not a single numeric value`);
      }
      return found[0];
    };
    const left = single(i.args[0]!, 'left');
    const right = single(i.args[1]!, 'right');
    return this.next(i, this.soft(() => numericFunction(arithmetic[i.text]!)(left, right)), emit);
  }

  /** Errors of ordinary functions become recoverable ones. */
  soft<T>(f: () => T): T {
    try {
      return f();
    } catch (e) {
      if (e instanceof SqlError && !(e instanceof PathError)) throw new PathError(e.code, e.message, { detail: e.detail, hint: e.hint });
      throw e;
    }
  }

  private unary(i: PathItem, v: JsonValue, emit: Emit): boolean {
    for (const x of this.list(i.args[0]!, v, true)) {
      if (pathKind(x) !== 'number') {
        throw new PathError('2203B', `operand of unary jsonpath operator ${i.kind === 'plus' ? '+' : '-'} is not a numeric value`);
      }
      if (this.next(i, i.kind === 'plus' ? x : numericFunction('numeric_uminus')(x), emit)) return true;
    }
    return false;
  }

  private truth(i: PathItem, v: JsonValue): Truth {
    switch (i.kind) {
      case 'not': {
        const t = this.truth(i.args[0]!, v);
        return t === undefined ? undefined : !t;
      }
      case 'isUnknown': return this.truth(i.args[0]!, v) === undefined;
      case 'exists': return this.recover(() => this.exists(i.args[0]!, v));
      case 'startsWith':
        return this.predicate(v, i.args[0]!, i.args[1]!, false, (a, b) =>
          (typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : undefined));
      case 'likeRegex':
        return this.predicate(v, i.args[0]!, undefined, false, (a) => (typeof a === 'string' ? this.matches(a, i) : undefined));
      case 'binary': return this.logical(i, v);
      default: throw new SqlError('XX000', 'invalid boolean jsonpath item');
    }
  }

  private logical(i: PathItem, v: JsonValue): Truth {
    const [a, b] = i.args as [PathItem, PathItem];
    if (i.text === '&&') {
      const x = this.truth(a, v);
      if (x === false) return false;
      const y = this.truth(b, v);
      return y === true ? x : y;
    }
    if (i.text === '||') {
      const x = this.truth(a, v);
      if (x === true) return true;
      const y = this.truth(b, v);
      return y === false ? x : y;
    }
    return this.predicate(v, a, b, true, (x, y) => this.compare(i.text, x, y));
  }

  private exists(i: PathItem, v: JsonValue): boolean {
    let any = false;
    this.exec(i, v, this.lax, () => {
      any = true;
      return this.lax;
    });
    return any;
  }

  private recover(f: () => Truth): Truth {
    const { current, arraySize, ignoreStructural } = this;
    try {
      return f();
    } catch (e) {
      if (!(e instanceof PathError)) throw e;
      Object.assign(this, { current, arraySize, ignoreStructural });
      return undefined;
    }
  }

  private predicate(v: JsonValue, left: PathItem, right: PathItem | undefined, unwrapRight: boolean, test: (a: JsonValue, b: JsonValue) => Truth): Truth {
    return this.recover(() => {
      const xs = this.list(left, v, true);
      const ys = right === undefined ? [null] : this.list(right, v, unwrapRight);
      let found = false;
      let error = false;
      for (const x of xs) {
        for (const y of ys) {
          const t = test(x, y);
          if (t === undefined) {
            if (!this.lax) return undefined;
            error = true;
          } else if (t) {
            if (this.lax) return true;
            found = true;
          }
        }
      }
      return found ? true : error ? undefined : false;
    });
  }

  private compare(op: string, a: JsonValue, b: JsonValue): Truth {
    const x = pathKind(a);
    const y = pathKind(b);
    let c: number | undefined;
    if (x !== y) {
      if (x === 'null' || y === 'null') return op === '!=';
      return undefined;
    }
    switch (x) {
      case 'null': c = 0; break;
      case 'boolean': c = a === b ? 0 : a ? 1 : -1; break;
      case 'number': c = compareNumerics(a, b); break;
      case 'string': c = a === b ? 0 : Buffer.compare(Buffer.from(a as string), Buffer.from(b as string)); break;
      case 'datetime': c = compareDateTimes(a as PathDateTime, b as PathDateTime, this.useZone, this.env); break;
    }
    if (c === undefined) return undefined;
    switch (op) {
      case '==': return c === 0;
      case '!=': return c !== 0;
      case '<': return c < 0;
      case '>': return c > 0;
      case '<=': return c <= 0;
      default: return c >= 0;
    }
  }

  private matches(text: string, i: PathItem): boolean {
    const match = builtinFunction('textregexeq');
    if (match === undefined) throw new SqlError('0A000', 'like_regex is not supported yet');
    return match.fn(text, regexOptions(i.flags) + i.text, { ...this.context, collation: 100, cache: undefined });
  }
}
