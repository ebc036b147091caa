/** INSERT, UPDATE, DELETE, TRUNCATE. */
import type { DeleteStatement, Expr, InsertStatement, OnConflictAction, SetStatement, TruncateTableStatement, UpdateStatement } from 'pgsql-ast-parser';
import { expression, optional, targets } from './expressions.js';
import { rangeVar } from './names.js';
import { fromClause, selectStatement } from './select.js';
import { type Context, parentheses, textAfter } from './source.js';
import { compact, filled, flag, rejected, type Tree, unsupported } from './tree.js';

const returning = (c: Context, node: InsertStatement | UpdateStatement | DeleteStatement): Tree | undefined => {
  const exprs = targets(c, node.returning);
  return exprs && { exprs };
};

export function insertStatement(c: Context, node: InsertStatement): Tree {
  if (!node.insert) throw rejected('syntax error at end of INSERT');
  const override = node.overriding === undefined ? 'OVERRIDING_NOT_SET' : `OVERRIDING_${node.overriding.toUpperCase()}_VALUE`;
  return {
    InsertStmt: compact({
      relation: rangeVar(node.into),
      cols: filled((node.columns ?? []).map((column) => ({ ResTarget: { name: column.name } }))),
      selectStmt: selectStatement(c, node.insert),
      onConflictClause: node.onConflict ? onConflict(c, node.onConflict) : undefined,
      returningClause: returning(c, node),
      override,
    }),
  };
}

function onConflict(c: Context, node: OnConflictAction): Tree {
  const on = node.on;
  const infer = on === undefined ? undefined
    : on.type === 'on constraint' ? { conname: on.constraint.name }
      : { indexElems: on.exprs.map((e) => indexElement(c, e, on.exprs.length === 1 ? 1 : 0)) };
  if (on?.type === 'on constraint' && on.constraint.schema !== undefined) throw rejected('syntax error at or near "."');
  if (node.do === 'do nothing') return compact({ action: 'ONCONFLICT_NOTHING', infer });
  return compact({ action: 'ONCONFLICT_UPDATE', infer, targetList: assignments(c, node.do.sets), whereClause: optional(c, node.where) });
}

/** A column or an expression of an index. `own`: parentheses right around it that belong to the list. */
export function indexElement(c: Context, node: Expr, own: number): Tree {
  const order = { ordering: 'SORTBY_DEFAULT', nulls_ordering: 'SORTBY_NULLS_DEFAULT' };
  if (node.type === 'ref' && parentheses(c, node) <= own) {
    if (node.table) throw rejected('syntax error at or near "."');
    return { IndexElem: { name: node.name, ...order } };
  }
  return { IndexElem: { expr: expression(c, node), ...order } };
}

export function updateStatement(c: Context, node: UpdateStatement): Tree {
  return {
    UpdateStmt: compact({
      relation: rangeVar(node.table), targetList: assignments(c, node.sets), whereClause: optional(c, node.where),
      fromClause: fromClause(c, node.from ? [node.from] : undefined), returningClause: returning(c, node),
    }),
  };
}

/** SET items. (a, b) = (1, 2) comes as one item for each column; what follows the column in the text tells. */
function assignments(c: Context, sets: readonly SetStatement[]): Tree[] {
  const out: Tree[] = [];
  for (let i = 0; i < sets.length; i++) {
    const first = sets[i]!;
    if (c.sql === undefined || textAfter(c, first.column).startsWith('=')) {
      out.push({ ResTarget: { name: first.column.name, val: expression(c, first.value) } });
      continue;
    }
    const group = [first];
    while (!textAfter(c, group.at(-1)!.column).startsWith(')')) {
      const next = sets[++i];
      if (next === undefined) throw unsupported('this SET');
      group.push(next);
    }
    out.push(...multiple(c, group));
  }
  return out;
}
function multiple(c: Context, group: readonly SetStatement[]): Tree[] {
  const args = group.map((set) => expression(c, set.value));
  const source = args.length === 1 ? args[0]! : { RowExpr: { args, row_format: 'COERCE_IMPLICIT_CAST' } };
  return group.map((set, i) => ({ ResTarget: { name: set.column.name, val: { MultiAssignRef: { source, colno: i + 1, ncolumns: group.length } } } }));
}

export function deleteStatement(c: Context, node: DeleteStatement): Tree {
  return { DeleteStmt: compact({ relation: rangeVar(node.from), whereClause: optional(c, node.where), returningClause: returning(c, node) }) };
}

export function truncate(_c: Context, node: TruncateTableStatement): Tree {
  return {
    TruncateStmt: compact({
      relations: node.tables.map((table) => ({ RangeVar: rangeVar(table) })), restart_seqs: flag(node.identity === 'restart'),
      behavior: node.cascade === 'cascade' ? 'DROP_CASCADE' : 'DROP_RESTRICT',
    }),
  };
}
