/** Translation of the syntax tree to JavaScript source under the u flag; every group that captures keeps its number. */
import type { AssertKind, RegexNode } from './ast.js';
import type { ClassTable } from './classes.js';

function assertion(what: AssertKind, word: string): string {
  switch (what) {
    case 'begin': return '(?<![^])';
    case 'end': return '(?![^])';
    case 'lineBegin': return '(?<![^\\n])';
    case 'lineEnd': return '(?![^\\n])';
    case 'wordBegin': return `(?<![${word}])(?=[${word}])`;
    case 'wordEnd': return `(?<=[${word}])(?![${word}])`;
    case 'wordEdge': return `(?:(?<![${word}])(?=[${word}])|(?<=[${word}])(?![${word}]))`;
    case 'notWordEdge': return `(?:(?<![${word}])(?![${word}])|(?<=[${word}])(?=[${word}]))`;
  }
}

function quantifier(min: number, max: number): string {
  if (min === 0 && max === Infinity) return '*';
  if (min === 1 && max === Infinity) return '+';
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max === Infinity ? '' : max}}`;
}

/** Characters that a node always takes, undefined where that varies. */
function fixedLength(n: RegexNode): number | undefined {
  switch (n.kind) {
    case 'char': return 1;
    case 'assert':
    case 'look': return 0;
    case 'group': return fixedLength(n.item);
    case 'sequence': {
      let sum = 0;
      for (const i of n.items) {
        const length = fixedLength(i);
        if (length === undefined) return undefined;
        sum += length;
      }
      return sum;
    }
    default: return undefined;
  }
}

/** Alternatives of fixed lengths with the longer ones first, which is what POSIX prefers. */
function longestFirst(items: readonly RegexNode[]): readonly RegexNode[] {
  const lengths = items.map(fixedLength);
  if (lengths.includes(undefined)) return items;
  return items.map((item, i) => ({ item, length: lengths[i]! })).sort((a, b) => b.length - a.length).map((x) => x.item);
}

/** One quantified atom, perhaps in parentheses: its length is the length of the whole. */
function isSingleRepeat(n: RegexNode): boolean {
  return n.kind === 'repeat' || (n.kind === 'group' && isSingleRepeat(n.item));
}

/**
 * `force` is the laziness (or greed) that an enclosing {1,1}? (or {1,1}) imposes on what it holds. {1,1} around a sequence
 * concerns its whole length only, which the NFA sees to.
 */
export function toJavaScript(n: RegexNode, classes: ClassTable, force?: boolean): string {
  const word = classes['word']!;
  switch (n.kind) {
    case 'char': return n.source;
    case 'sequence': return n.items.map((i) => (i.kind === 'alternation' ? `(?:${toJavaScript(i, classes, force)})` : toJavaScript(i, classes, force))).join('');
    case 'alternation': return longestFirst(n.items).map((i) => toJavaScript(i, classes, force)).join('|');
    case 'group': return `${n.index > 0 ? '(' : '(?:'}${toJavaScript(n.item, classes, force)})`;
    case 'look': return `(?${n.ahead ? '' : '<'}${n.negative ? '!' : '='}${toJavaScript(n.item, classes)})`;
    case 'backReference': return `(?:\\${n.index})`;
    case 'assert': return assertion(n.what, word);
    case 'repeat': {
      if (n.min === 1 && n.max === 1) return toJavaScript(n.item, classes, n.exact ? force : n.lazy ? true : isSingleRepeat(n.item) ? false : force);
      const lazy = force ?? n.lazy;
      const item = toJavaScript(n.item, classes, force);
      const atom = n.item.kind === 'char' || n.item.kind === 'group' ? item : `(?:${item})`;
      return `${atom}${quantifier(n.min, n.max)}${lazy ? '?' : ''}`;
    }
  }
}
