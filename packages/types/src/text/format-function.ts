/** concat, concat_ws and format(): functions over VARIADIC "any". */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { PgArray } from '../array/value.js';
import { charCount } from '../any/utf8.js';
import { quoteIdentifier, quoteLiteral } from './quoting.js';

interface Arguments { readonly values: (Datum | null)[]; readonly types: Oid[] }

/** The variadic arguments from `first` on: given one by one, or as one array. Null for a VARIADIC NULL. */
function variadicArguments(args: unknown[], ctx: CallContext, first: number): Arguments | null {
  if (!ctx.variadic) return { values: args.slice(first), types: ctx.argTypes.slice(first) };
  const array = args[first];
  if (array === null || array === undefined) return null;
  if (!(array instanceof PgArray)) throw new SqlError('42804', 'VARIADIC argument must be an array');
  return { values: array.elements, types: array.elements.map(() => array.elementOid) };
}

function text(value: Datum, type: Oid, ctx: CallContext): string {
  return typeof value === 'string' && type !== 18 ? value : ctx.env.types.typeImpl(type).format(value, ctx.env);
}

function split(all: unknown[]): [unknown[], CallContext] {
  return [all.slice(0, -1), all[all.length - 1] as CallContext];
}

function concat(separator: string, a: Arguments | null, ctx: CallContext): string | null {
  if (a === null) return null;
  const parts: string[] = [];
  a.values.forEach((v, i) => {
    if (v !== null) parts.push(text(v, a.types[i]!, ctx));
  });
  return parts.join(separator);
}

/** One %-specifier: %[position][-flags][width]type. */
interface Specifier { argument: number; left: boolean; width: number; widthArgument: number; type: string; end: number }

function unterminated(): SqlError {
  return new SqlError('22023', 'unterminated format() type specifier', { hint: 'For a single "%" use "%%".' });
}

/** Decimal digits at `at`; -1 where there are none. */
function digitsAt(format: string, at: number): { value: number; end: number } {
  let end = at;
  let value = 0;
  while (end < format.length && format[end]! >= '0' && format[end]! <= '9') {
    value = value * 10 + Number(format[end]);
    if (value > 2147483647) throw new SqlError('22003', 'number is out of range');
    end++;
  }
  if (end > at && end >= format.length) throw unterminated();
  return { value: end > at ? value : -1, end };
}

const argumentZero = (): SqlError =>
  new SqlError('22023', 'format specifies argument 0, but arguments are numbered from 1');

function parseSpecifier(format: string, at: number): Specifier {
  const s: Specifier = { argument: -1, left: false, width: -1, widthArgument: -1, type: '', end: at };
  let i = at;
  const step = (): void => {
    if (++i >= format.length) throw unterminated();
  };
  const n = digitsAt(format, i);
  i = n.end;
  if (n.value >= 0) {
    if (format[i] !== '$') {
      s.width = n.value;
      s.type = format[i]!;
      s.end = i;
      return s;
    }
    if (n.value === 0) throw argumentZero();
    s.argument = n.value;
    step();
  }
  while (format[i] === '-') {
    s.left = true;
    step();
  }
  if (format[i] === '*') {
    step();
    const w = digitsAt(format, i);
    i = w.end;
    if (w.value >= 0) {
      if (format[i] !== '$') throw new SqlError('22023', 'width argument position must be ended by "$"');
      if (w.value === 0) throw argumentZero();
      s.widthArgument = w.value;
      step();
    } else s.widthArgument = 0;
  } else {
    const w = digitsAt(format, i);
    i = w.end;
    if (w.value >= 0) s.width = w.value;
  }
  s.type = format[i]!;
  s.end = i;
  return s;
}

function widthOf(value: Datum | null, type: Oid, ctx: CallContext): number {
  if (value === null) return 0;
  if (type === 23 || type === 21) return value as number;
  const impl = ctx.env.types.typeImpl(type);
  return ctx.env.types.typeImpl(23).parse(impl.format(value, ctx.env), -1, ctx.env) as number;
}

function padded(s: string, width: number, left: boolean): string {
  let w = width;
  let toLeft = left;
  if (w < 0) {
    toLeft = true;
    if (w === -2147483648) throw new SqlError('22003', 'number is out of range');
    w = -w;
  }
  const missing = w - charCount(s);
  return missing <= 0 ? s : toLeft ? s + ' '.repeat(missing) : ' '.repeat(missing) + s;
}

/** One conversion: s as text, I as identifier, L as literal. */
function convert(type: string, value: Datum | null, typeOid: Oid, ctx: CallContext): string {
  if (value === null) {
    if (type === 's') return '';
    if (type === 'L') return 'NULL';
    throw new SqlError('22004', 'null values cannot be formatted as an SQL identifier');
  }
  const s = text(value, typeOid, ctx);
  return type === 's' ? s : type === 'I' ? quoteIdentifier(s) : quoteLiteral(s);
}

function format(formatText: string | null, a: Arguments, ctx: CallContext): string | null {
  if (formatText === null) return null;
  let out = '';
  let next = 0;
  const take = (index: number): number => {
    if (index >= a.values.length) throw new SqlError('22023', 'too few arguments for format()');
    return index;
  };
  for (let i = 0; i < formatText.length; i++) {
    const ch = formatText[i]!;
    if (ch !== '%') {
      out += ch;
      continue;
    }
    if (++i >= formatText.length) throw unterminated();
    if (formatText[i] === '%') {
      out += '%';
      continue;
    }
    const s = parseSpecifier(formatText, i);
    i = s.end;
    if (!'sIL'.includes(s.type)) {
      throw new SqlError('22023', `unrecognized format() type specifier "${String.fromCodePoint(formatText.codePointAt(i)!)}"`, {
        hint: 'For a single "%" use "%%".',
      });
    }
    let width = Math.max(s.width, 0);
    if (s.widthArgument >= 0) {
      const w = take(s.widthArgument > 0 ? (next = s.widthArgument) - 1 : next++);
      width = widthOf(a.values[w]!, a.types[w]!, ctx);
    }
    const index = take(s.argument > 0 ? (next = s.argument) - 1 : next++);
    out += padded(convert(s.type, a.values[index]!, a.types[index]!, ctx), width, s.left);
  }
  return out;
}

defineFunctions({
  text_concat: (...all: unknown[]) => {
    const [args, ctx] = split(all);
    return concat('', variadicArguments(args, ctx, 0), ctx);
  },
  text_concat_ws: (...all: unknown[]) => {
    const [args, ctx] = split(all);
    if (args[0] === null) return null;
    return concat(args[0] as string, variadicArguments(args, ctx, 1), ctx);
  },
  text_format: (...all: unknown[]) => {
    const [args, ctx] = split(all);
    return format(args[0] as string | null, variadicArguments(args, ctx, 1) ?? { values: [], types: [] }, ctx);
  },
  text_format_nv: (f: string | null, ctx: CallContext) => format(f, { values: [], types: [] }, ctx),
});
