/** jsonpath_out: the canonical text of a path. */
import { numericToText } from '../any/numeric-bridge.js';
import { quoteJson } from '../json/escape.js';
import { LAST, type JsonPath, type PathItem } from './nodes.js';

const PRIORITY: Readonly<Record<string, number>> = {
  '||': 0, '&&': 1, '==': 2, '!=': 2, '<': 2, '>': 2, '<=': 2, '>=': 2, '+': 3, '-': 3, '*': 4, '/': 4, '%': 4,
};

function priority(i: PathItem): number {
  if (i.kind === 'binary') return PRIORITY[i.text]!;
  if (i.kind === 'startsWith') return 2;
  if (i.kind === 'plus' || i.kind === 'minus') return 5;
  return 6;
}

const level = (n: number): string => (n === LAST ? 'last' : String(n));

function own(i: PathItem, inKey: boolean, brackets: boolean): string {
  const sub = (a: PathItem | undefined): string => print(a!, false, false);
  const operand = (a: PathItem | undefined): string => print(a!, false, priority(a!) <= priority(i));
  const wrap = (s: string): string => (brackets ? `(${s})` : s);
  const dot = inKey ? '.' : '';
  switch (i.kind) {
    case 'null': return 'null';
    case 'string': return quoteJson(i.text);
    case 'bool': return i.text;
    case 'number': return i.next === undefined ? numericToText(i.number) : `(${numericToText(i.number)})`;
    case 'variable': return `$${quoteJson(i.text)}`;
    case 'root': return '$';
    case 'current': return '@';
    case 'last': return 'last';
    case 'binary': return wrap(`${operand(i.args[0])} ${i.text} ${operand(i.args[1])}`);
    case 'startsWith': return wrap(`${operand(i.args[0])} starts with ${operand(i.args[1])}`);
    case 'likeRegex': return wrap(`${operand(i.args[0])} like_regex ${quoteJson(i.text)}${i.flags === '' ? '' : ` flag "${i.flags}"`}`);
    case 'plus': return wrap(`+${operand(i.args[0])}`);
    case 'minus': return wrap(`-${operand(i.args[0])}`);
    case 'filter': return `?(${sub(i.args[0])})`;
    case 'not': return `!(${sub(i.args[0])})`;
    case 'isUnknown': return `(${sub(i.args[0])}) is unknown`;
    case 'exists': return `exists (${sub(i.args[0])})`;
    case 'key': return dot + quoteJson(i.text);
    case 'anyKey': return `${dot}*`;
    case 'anyArray': return '[*]';
    case 'index': {
      const parts: string[] = [];
      for (let k = 0; k < i.args.length; k += 2) parts.push(sub(i.args[k]) + (i.args[k + 1] === undefined ? '' : ` to ${sub(i.args[k + 1])}`));
      return `[${parts.join(',')}]`;
    }
    case 'any':
      if (i.first === 0 && i.last === LAST) return `${dot}**`;
      return i.first === i.last ? `${dot}**{${level(i.first)}}` : `${dot}**{${level(i.first)} to ${level(i.last)}}`;
    case 'method': return `.${i.text}(${i.args.map(sub).join(',')})`;
  }
}

function print(i: PathItem, inKey: boolean, brackets: boolean): string {
  const text = own(i, inKey, brackets || (i.next !== undefined && ['binary', 'startsWith', 'likeRegex', 'plus', 'minus'].includes(i.kind)));
  return i.next === undefined ? text : text + print(i.next, true, true);
}

export const formatPath = (p: JsonPath): string => (p.lax ? '' : 'strict ') + print(p.root, false, true);
