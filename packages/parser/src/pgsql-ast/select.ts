/** SELECT, VALUES, UNION, WITH and FROM. */
import type { From, FromCall, JoinClause, SelectFromStatement, SelectFromUnion, SelectStatement, WithRecursiveStatement, WithStatement, WithStatementBinding } from 'pgsql-ast-parser';
import { call } from './calls.js';
import { deleteStatement, insertStatement, updateStatement } from './dml.js';
import { expression, expressions, isSelect, optional, sortBy, targets } from './expressions.js';
import { alias, nameList, rangeVar } from './names.js';
import { type Context, opensList, parentheses, textBefore } from './source.js';
import { compact, filled, flag, listOf, rejected, strings, type Tree, unsupported } from './tree.js';

const SIMPLE = { limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' };

/** Any statement that gives rows, as { SelectStmt }. */
export function selectStatement(c: Context, node: SelectStatement): Tree {
  if (node.type === 'with' || node.type === 'with recursive') {
    const tree = withStatement(c, node);
    if (!('SelectStmt' in tree)) throw unsupported('a changing statement here');
    return tree;
  }
  return { SelectStmt: selectInside(c, node) };
}

function selectInside(c: Context, node: SelectStatement): Tree {
  switch (node.type) {
    case 'select': return { ...plainSelect(c, node), ...tail(c, node) };
    case 'values': return { valuesLists: node.values.map((row) => listOf(row.map((e) => expression(c, e)))), ...SIMPLE };
    case 'union':
    case 'union all': return union(c, node);
    default: return selectStatement(c, node)['SelectStmt'] as Tree;
  }
}

function plainSelect(c: Context, node: SelectFromStatement): Tree {
  return compact({
    distinctClause: Array.isArray(node.distinct) ? expressions(c, node.distinct) : node.distinct === 'distinct' ? [{}] : undefined,
    targetList: targets(c, node.columns),
    fromClause: fromClause(c, node.from),
    whereClause: optional(c, node.where),
    groupClause: groupClause(c, node),
    havingClause: optional(c, node.having),
    ...SIMPLE,
  });
}
/** The parser drops the parentheses of GROUP BY (a, b), which make it a row. */
function groupClause(c: Context, node: SelectFromStatement): readonly Tree[] | undefined {
  const keys = expressions(c, node.groupBy);
  if (keys === undefined) return undefined;
  const row = keys.length > 1 && opensList(c, node.groupBy![0]!);
  return row ? [{ RowExpr: { args: keys, row_format: 'COERCE_IMPLICIT_CAST' } }] : keys;
}

const STRENGTH = { update: 'LCS_FORUPDATE', 'no key update': 'LCS_FORNOKEYUPDATE', share: 'LCS_FORSHARE', 'key share': 'LCS_FORKEYSHARE' } as const;
/** ORDER BY, LIMIT and FOR: what belongs to a whole UNION when it stands after its last arm. */
function tail(c: Context, node: SelectFromStatement): Tree {
  const limited = node.limit ? { limitOption: 'LIMIT_OPTION_COUNT' } : {};
  const policy = node.skip === undefined ? 'LockWaitBlock' : node.skip.type === 'nowait' ? 'LockWaitError' : 'LockWaitSkip';
  return {
    ...compact({
      sortClause: sortBy(c, node.orderBy),
      limitOffset: optional(c, node.limit?.offset),
      limitCount: optional(c, node.limit?.limit),
      lockingClause: node.for ? [{ LockingClause: { strength: STRENGTH[node.for.type], waitPolicy: policy } }] : undefined,
    }),
    ...limited,
  };
}
const hasTail = (node: SelectStatement): boolean => node.type === 'select' && Boolean(node.orderBy ?? node.limit ?? node.for);

/** UNION associates to the left; the AST nests to the right and leaves the tail at the last arm. */
function union(c: Context, node: SelectFromUnion): Tree {
  const arms: SelectStatement[] = [];
  const all: boolean[] = [];
  let rest: SelectStatement = node;
  for (;;) {
    if (rest.type !== 'union' && rest.type !== 'union all') break;
    if (rest !== node && (c.sql === undefined || parentheses(c, rest) > 0)) break;
    arms.push(rest.left);
    all.push(rest.type === 'union all');
    rest = rest.right;
  }
  arms.push(rest);
  const bare = (arm: SelectStatement): boolean => c.sql !== undefined && parentheses(c, arm) === 0;
  for (const arm of arms) if (bare(arm) && (arm.type.startsWith('with') || (arm !== rest && hasTail(arm)))) throw rejected('syntax error at or near "union"');
  const trees = arms.map((arm) => (arm === rest && arm.type === 'select' && bare(arm) ? plainSelect(c, arm) : selectInside(c, arm)));
  let tree = trees[0]!;
  for (let i = 1; i < trees.length; i++) tree = { ...SIMPLE, op: 'SETOP_UNION', ...(all[i - 1] ? { all: true } : {}), larg: tree, rarg: trees[i]! };
  return rest.type === 'select' && bare(rest) ? { ...tree, ...tail(c, rest) } : tree;
}

/** WITH, before any of the statements that take it. */
export function withStatement(c: Context, node: WithStatement | WithRecursiveStatement): Tree {
  const recursive = node.type === 'with recursive';
  const ctes = node.type === 'with'
    ? node.bind.map((bind) => cte(bind.alias.name, undefined, bound(c, bind.statement)))
    : [cte(node.alias.name, nameList(node.columnNames), selectStatement(c, node.bind))];
  const [[kind, inside]] = Object.entries(bound(c, node.in)) as [[string, Tree]];
  if ('withClause' in inside) throw unsupported('WITH before WITH');
  return { [kind]: { ...inside, withClause: compact({ ctes, recursive: flag(recursive) }) } };
}
function cte(ctename: string, aliascolnames: readonly Tree[] | undefined, ctequery: Tree): Tree {
  return { CommonTableExpr: compact({ ctename, aliascolnames, ctematerialized: 'CTEMaterializeDefault', ctequery }) };
}
function bound(c: Context, node: WithStatementBinding): Tree {
  if (isSelect(node)) return selectStatement(c, node);
  switch (node.type) {
    case 'insert': return insertStatement(c, node);
    case 'update': return updateStatement(c, node);
    case 'delete': return deleteStatement(c, node);
    default: throw unsupported(`WITH around ${(node as { type: string }).type}`);
  }
}

const JOINS: Readonly<Record<string, string>> = { 'INNER JOIN': 'JOIN_INNER', 'CROSS JOIN': 'JOIN_INNER', 'LEFT JOIN': 'JOIN_LEFT', 'RIGHT JOIN': 'JOIN_RIGHT', 'FULL JOIN': 'JOIN_FULL' };

/** FROM: an item with `join` joins all that stands before it since the last comma. */
export function fromClause(c: Context, items: readonly From[] | null | undefined): readonly Tree[] | undefined {
  const out: Tree[] = [];
  for (const item of items ?? []) {
    const tree = fromItem(c, item);
    if (!item.join) out.push(tree);
    else {
      const left = out.pop();
      if (left === undefined) throw unsupported('a join without left side');
      out.push(joined(c, item.join, left, tree));
    }
  }
  return filled(out);
}
function joined(c: Context, join: JoinClause, larg: Tree, rarg: Tree): Tree {
  const jointype = JOINS[join.type];
  if (jointype === undefined) throw unsupported(join.type);
  if ((join.type === 'CROSS JOIN') === Boolean(join.on ?? join.using)) throw rejected('syntax error at JOIN');
  return { JoinExpr: compact({ jointype, larg, rarg, usingClause: nameList(join.using), quals: optional(c, join.on) }) };
}

function fromItem(c: Context, item: From): Tree {
  switch (item.type) {
    case 'table': return { RangeVar: rangeVar(item.name) };
    case 'statement':
      return { RangeSubselect: compact({ lateral: flag(item.lateral), subquery: selectStatement(c, item.statement), alias: alias(item.alias, item.columnNames) }) };
    case 'call': return rangeFunction(c, item);
    default: throw unsupported(`FROM with ${(item as { type: string }).type}`);
  }
}
function rangeFunction(c: Context, item: FromCall): Tree {
  const lateral = item.lateral ?? /\blateral$/i.test(textBefore(c, item));
  return {
    RangeFunction: compact({
      lateral: flag(lateral), ordinality: flag(item.withOrdinality), functions: [listOf([call(c, item), {}])],
      alias: item.alias ? compact({ aliasname: item.alias.name, colnames: filled(strings((item.alias.columns ?? []).map((n) => n.name))) }) : undefined,
    }),
  };
}
