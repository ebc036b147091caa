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

/**
 * `force` is the laziness that an enclosing {1,1}? imposes on what it holds. {1,1} imposes greed on the whole only, which
 * the NFA sees to.
 */
export function toJavaScript(n: RegexNode, classes: ClassTable, force?: boolean): string {
  const word = classes['word']!;
  switch (n.kind) {
    case 'char': return n.source;
    case 'sequence': return n.items.map((i) => (i.kind === 'alternation' ? `(?:${toJavaScript(i, classes, force)})` : toJavaScript(i, classes, force))).join('');
    case 'alternation': return n.items.map((i) => toJavaScript(i, classes, force)).join('|');
    case 'group': return `${n.index > 0 ? '(' : '(?:'}${toJavaScript(n.item, classes, force)})`;
    case 'look': return `(?${n.ahead ? '' : '<'}${n.negative ? '!' : '='}${toJavaScript(n.item, classes)})`;
    case 'backReference': return `(?:\\${n.index})`;
    case 'assert': return assertion(n.what, word);
    case 'repeat': {
      if (n.min === 1 && n.max === 1) return toJavaScript(n.item, classes, n.lazy && !n.exact ? true : force);
      const lazy = force ?? n.lazy;
      const item = toJavaScript(n.item, classes, force);
      const atom = n.item.kind === 'char' || n.item.kind === 'group' ? item : `(?:${item})`;
      return `${atom}${quantifier(n.min, n.max)}${lazy ? '?' : ''}`;
    }
  }
}
