/** Random window functions over total orders, with frames of all three modes. */
import { expression, fill, likelyType } from './expressions.js';
import type { Alias } from './from.js';
import { totalKeys } from './query.js';
import type { Context, Scope } from './scope.js';
import { type Node, node, optional, type Part, render } from './tree.js';
import { type Type, WINDOW_FUNCTIONS } from './types.js';

const BOUNDS = ['UNBOUNDED PRECEDING', '2 PRECEDING', 'CURRENT ROW', '1 FOLLOWING', 'UNBOUNDED FOLLOWING'];

function frame(context: Context): string {
  const { random } = context;
  if (random.chance(0.5)) return '';
  const mode = random.pick(['ROWS', 'GROUPS', 'RANGE']);
  const bounds = mode === 'RANGE' ? BOUNDS.filter((b) => !/\d/.test(b)) : BOUNDS;
  const start = random.int(0, bounds.length - 2);
  const end = Math.max(random.int(start, bounds.length - 1), 1);
  const exclude = random.chance(0.3) ? random.pick([' EXCLUDE CURRENT ROW', ' EXCLUDE TIES', ' EXCLUDE GROUP', ' EXCLUDE NO OTHERS']) : '';
  return ` ${mode} BETWEEN ${bounds[start]!} AND ${bounds[end]!}${exclude}`;
}

/** RANGE with an offset sorts by one column of a type that has the offset, so it stands over aggregates of peers alone. */
function rangeOffset(context: Context, scope: Scope, type: Type): Node | undefined {
  if (type !== 'int8' && type !== 'int4') return undefined;
  const { random } = context;
  const [of, offset] = random.pick([['int4', '2'], ['date', "'40 days'"], ['timestamp', "'1 mon'"], ['numeric', '1.5'], ['int2', '1'], ['float8', '1.5']] as const);
  const call = type === 'int8' ? random.pick(['count(*)', 'sum(1)', 'rank()']) : 'max(1)';
  return node(`expr:${type}`, `${call} OVER (ORDER BY `, expression(context, of, scope, 1), random.pick(['', ' DESC', ' NULLS FIRST']), ` RANGE BETWEEN ${offset} PRECEDING AND ${random.pick([offset + ' FOLLOWING', 'CURRENT ROW', 'UNBOUNDED FOLLOWING'])})`);
}

/**
 * Makes window functions over one window: rows that are equal in everything are numbered in any order, so two windows
 * with different keys have no one right answer. Of arrays the start alone is kept: whole ones of every row's frame take
 * the square of the rows' room.
 */
export function windowMaker(context: Context, scope: Scope, aliases: readonly Alias[]): (type: Type) => Node | undefined {
  const { random } = context;
  const plain: Scope = { ...scope, special: undefined };
  const partition: Part = random.chance(0.5) ? render(node('', 'PARTITION BY ', expression(context, likelyType(context, plain), plain, 1), ' ')) : '';
  const key: Part = random.chance(0.7) ? render(node('', expression(context, likelyType(context, plain), plain, 1), random.pick(['', ' DESC', ' NULLS FIRST']), ', ')) : '';
  return (type) => {
    if (random.chance(0.15)) return rangeOffset(context, scope, type);
    const fitting = WINDOW_FUNCTIONS.filter(([result]) => result === type);
    if (fitting.length === 0) return undefined;
    const [, ...template] = random.pick(fitting);
    const call = fill(context, type, template as unknown as readonly [string, ...Type[]], (t) => expression(context, t, plain, 1), likelyType(context, plain));
    const over: Part[] = [call, ' OVER (', partition, 'ORDER BY ', key, totalKeys(aliases), optional(frame(context)), ')'];
    return type.endsWith('[]') ? node(`expr:${type}`, '((', ...over, ')[1:5])') : node(`expr:${type}`, ...over);
  };
}
