/**
 * get_rule_expr: an expression as text. Where parentheses are not pretty every operator gets them; where they are,
 * operands that isSimple knows to be safe go without. `showImplicit` says whether implicit casts of the top node show.
 */
import { SqlError } from '@pglitedb/types';
import { exprType, exprTypmod } from '../nodes/expr-type.js';
import type { ArrayCoerceExpr, BooleanTest, CaseExpr, CoerceToDomain, CoerceViaIO, ConvertRowtypeExpr, Expr, NullTest, On, OpExpr, RelabelType, RowCompareExpr, RowExpr, ScalarArrayOpExpr, SubPlan, SubscriptingRef } from '../nodes/expr.js';
import type { TableFunc } from '../nodes/query.js';
import { printConst } from './constant.js';
import { printTableFunc } from './table-func.js';
import { INDENT, type Deparser } from './context.js';
import { printAggref, printFuncExpr, printWindowFunc } from './expr-call.js';
import { printJsonConstructor, printJsonExpr, printJsonIsPredicate, printJsonValue, printXml } from './expr-sql-json.js';
import { collationName, operatorName, quoteIdentifier, relationName } from './names.js';
import { isSimple } from './simple.js';
import { simpleLiteral } from './constant.js';
import { printSubLink } from './sublink.js';
import { fieldName, printParam, printVar, setGroupPrinter } from './variable.js';

type Handler<K extends Expr['kind']> = (n: Extract<Expr, { kind: K }>, d: Deparser, showImplicit: boolean) => void;

export function printExpr(d: Deparser, expr: Expr, showImplicit: boolean): void {
  if ((expr.kind as string) === 'TableFunc') return printTableFunc(d, expr as unknown as TableFunc);
  (PRINT[expr.kind] as unknown as (n: Expr, d: Deparser, s: boolean) => void)(expr, d, showImplicit);
}
export function printExprs(d: Deparser, exprs: readonly Expr[], showImplicit: boolean): void {
  d.list(exprs, (e) => printExpr(d, e, showImplicit));
}
/** get_rule_expr_paren */
export function printOperand(d: Deparser, expr: Expr, showImplicit: boolean, parent: Expr): void {
  const paren = d.pretty.paren && !isSimple(d, expr, parent);
  if (paren) d.put('(');
  printExpr(d, expr, showImplicit);
  if (paren) d.put(')');
}
/** get_rule_expr_toplevel: whole-row Vars get a cast, lest they be expanded. */
export function printToplevel(d: Deparser, expr: Expr, showImplicit: boolean): void {
  if (expr.kind === 'Var') printVar(d, expr, 0, true);
  else printExpr(d, expr, showImplicit);
}
/** Parentheses that only pretty printing leaves out. */
function enclosed(d: Deparser, body: () => void): void {
  if (!d.pretty.paren) d.put('(');
  body();
  if (!d.pretty.paren) d.put(')');
}
/** get_coercion_expr */
export function printCoercion(d: Deparser, arg: Expr, type: number, typmod: number, parent: Expr): void {
  if (arg.kind === 'Const' && arg.consttype === type && arg.consttypmod === -1) printConst(d, arg, -1);
  else enclosed(d, () => printOperand(d, arg, false, parent));
  d.put(`::${d.typeName(type, typmod)}`);
}

type Coercion = RelabelType | CoerceViaIO | ArrayCoerceExpr | ConvertRowtypeExpr | CoerceToDomain;
const cast = (form: (n: never) => string, typmod: (n: never) => number) => (n: Coercion, d: Deparser, showImplicit: boolean): void => {
  if (form(n as never) === 'implicit' && !showImplicit) printOperand(d, n.arg, false, n);
  else printCoercion(d, n.arg, n.resulttype, typmod(n as never), n);
};

const keywordCall = (name: string): ((n: { args: Expr[] }, d: Deparser) => void) => (n, d) => {
  d.put(`${name}(`);
  printExprs(d, n.args, true);
  d.put(')');
};
const word = (text: string) => (_n: unknown, d: Deparser): void => d.put(text);

const VALUE_FUNCTIONS: Readonly<Record<string, string>> = { user: 'USER' };
const BOOLEAN_TESTS: Readonly<Record<BooleanTest['booltesttype'], string>> = {
  true: ' IS TRUE', not_true: ' IS NOT TRUE', false: ' IS FALSE', not_false: ' IS NOT FALSE', unknown: ' IS UNKNOWN', not_unknown: ' IS NOT UNKNOWN',
};

const PRINT: On<Expr, void, [Deparser, boolean]> = {
  Var: (n, d) => void printVar(d, n, 0, false),
  Const: (n, d) => printConst(d, n, 0),
  Param: (n, d) => printParam(d, n),
  Aggref: (n, d) => printAggref(d, n),
  GroupingFunc: keywordCall('GROUPING'),
  WindowFunc: (n, d) => printWindowFunc(d, n),
  MergeSupportFunc: word('MERGE_ACTION()'),
  SubscriptingRef: printSubscripting,
  FuncExpr: (n, d, s) => printFuncExpr(d, n, s),
  NamedArgExpr: (n, d, s) => { d.put(`${quoteIdentifier(n.name)} => `); printExpr(d, n.arg, s); },
  OpExpr: printOpExpr,
  DistinctExpr: (n, d) => enclosed(d, () => { printOperand(d, n.args[0]!, true, n); d.put(' IS DISTINCT FROM '); printOperand(d, n.args[1]!, true, n); }),
  NullIfExpr: keywordCall('NULLIF'),
  ScalarArrayOpExpr: printScalarArrayOp,
  BoolExpr: (n, d) => enclosed(d, () => {
    if (n.boolop === 'not') d.put('NOT ');
    d.list(n.args, (a) => printOperand(d, a, false, n), n.boolop === 'or' ? ' OR ' : ' AND ');
  }),
  SubLink: (n, d) => printSubLink(d, n),
  SubPlan: printSubPlan,
  AlternativeSubPlan: (n, d) => {
    d.put('(alternatives: ');
    d.list(n.subplans, (s) => printExpr(d, s, true), ' or ');
    d.put(')');
  },
  FieldSelect: (n, d) => {
    const paren = n.arg.kind !== 'SubscriptingRef' && n.arg.kind !== 'FieldSelect';
    if (paren) d.put('(');
    printExpr(d, n.arg, true);
    d.put(`${paren ? ')' : ''}.${quoteIdentifier(fieldName(d, n))}`);
  },
  FieldStore: (n, d) => {
    if (n.newvals.length === 1) return printExpr(d, n.newvals[0]!, true);
    d.put('ROW(');
    printExprs(d, n.newvals, true);
    d.put(')');
  },
  RelabelType: cast((n: RelabelType) => n.relabelformat, (n: RelabelType) => n.resulttypmod) as Handler<'RelabelType'>,
  CoerceViaIO: cast((n: CoerceViaIO) => n.coerceformat, () => -1) as Handler<'CoerceViaIO'>,
  ArrayCoerceExpr: cast((n: ArrayCoerceExpr) => n.coerceformat, (n: ArrayCoerceExpr) => n.resulttypmod) as Handler<'ArrayCoerceExpr'>,
  ConvertRowtypeExpr: cast((n: ConvertRowtypeExpr) => n.convertformat, () => -1) as Handler<'ConvertRowtypeExpr'>,
  CollateExpr: (n, d, s) => enclosed(d, () => { printOperand(d, n.arg, s, n); d.put(` COLLATE ${collationName(d, n.collOid)}`); }),
  CaseExpr: printCase,
  CaseTestExpr: word('CASE_TEST_EXPR'),
  ArrayExpr: (n, d) => {
    d.put('ARRAY[');
    printExprs(d, n.elements, true);
    d.put(n.elements.length === 0 ? `]::${d.typeName(n.array_typeid, -1)}` : ']');
  },
  RowExpr: printRow,
  RowCompareExpr: printRowCompare,
  CoalesceExpr: keywordCall('COALESCE'),
  MinMaxExpr: (n, d) => keywordCall(n.op === 'greatest' ? 'GREATEST' : 'LEAST')(n, d),
  SQLValueFunction: (n, d) => {
    const name = n.op.endsWith('_n') ? `${n.op.slice(0, -2)}(${n.typmod})` : n.op;
    d.put(VALUE_FUNCTIONS[n.op] ?? name.toUpperCase());
  },
  XmlExpr: (n, d) => printXml(d, n),
  JsonConstructorExpr: (n, d) => printJsonConstructor(d, n),
  JsonValueExpr: (n, d, i) => printJsonValue(d, n, i),
  JsonIsPredicate: (n, d) => enclosed(d, () => { printOperand(d, n.expr, true, n); printJsonIsPredicate(d, n); }),
  JsonExpr: (n, d, s) => printJsonExpr(d, n, s),
  NullTest: printNullTest,
  BooleanTest: (n, d) => enclosed(d, () => { printOperand(d, n.arg, false, n); d.put(BOOLEAN_TESTS[n.booltesttype]); }),
  CoerceToDomain: (n, d, s) => {
    if (n.coercionformat === 'implicit' && !s) printExpr(d, n.arg, false);
    else printCoercion(d, n.arg, n.resulttype, n.resulttypmod, n);
  },
  CoerceToDomainValue: word('VALUE'),
  SetToDefault: word('DEFAULT'),
  CurrentOfExpr: (n, d) => d.put(n.cursor_name !== undefined ? `CURRENT OF ${quoteIdentifier(n.cursor_name)}` : `CURRENT OF $${n.cursor_param}`),
  NextValueExpr: (n, d) => d.put(`nextval(${simpleLiteral(relationName(d, n.seqid))})`),
  ReturningExpr: (n, d, s) => printExpr(d, n.retexpr, s),
  PlaceHolderVar: (n, d, s) => printExpr(d, n.phexpr, s),
};
setGroupPrinter((d, e) => printExpr(d, e, true));

function printOpExpr(n: OpExpr, d: Deparser): void {
  enclosed(d, () => {
    const [a, b] = n.args;
    if (b !== undefined) {
      printOperand(d, a!, true, n);
      d.put(` ${operatorName(d, n.opno, exprType(a!), exprType(b))} `);
      printOperand(d, b, true, n);
    } else {
      d.put(`${operatorName(d, n.opno, 0, exprType(a!))} `);
      printOperand(d, a!, true, n);
    }
  });
}
function printScalarArrayOp(n: ScalarArrayOpExpr, d: Deparser): void {
  enclosed(d, () => {
    const [a, b] = n.args as [Expr, Expr];
    printOperand(d, a, true, n);
    const type = exprType(b);
    const info = d.catalog.types.typeInfo(type);
    const element = d.catalog.types.typeInfo(info?.kind === 'd' ? info.baseOid : type)?.elementOid ?? 0;
    d.put(` ${operatorName(d, n.opno, exprType(a), element)} ${n.useOr ? 'ANY' : 'ALL'} (`);
    printOperand(d, b, true, n);
    if (b.kind === 'SubLink' && b.subLinkType === 'expr') d.put(`::${d.typeName(type, exprTypmod(b))}`);
    d.put(')');
  });
}
function printNullTest(n: NullTest, d: Deparser): void {
  enclosed(d, () => {
    printOperand(d, n.arg, true, n);
    const kind = d.catalog.types.typeInfo(exprType(n.arg));
    const rowType = kind !== undefined && (kind.kind === 'c' || kind.oid === 2249);
    const isNull = n.nulltesttype === 'is_null';
    if (n.argisrow || !rowType) d.put(isNull ? ' IS NULL' : ' IS NOT NULL');
    else d.put(isNull ? ' IS NOT DISTINCT FROM NULL' : ' IS DISTINCT FROM NULL');
  });
}

const TESTS: Readonly<Record<SubPlan['subLinkType'], string>> = {
  exists: 'EXISTS(', all: '(ALL ', any: '(ANY ', rowcompare: '(', expr: '(', multiexpr: '(rescan ', array: 'ARRAY(', cte: 'CTE(',
};
function printSubPlan(n: SubPlan, d: Deparser, showImplicit: boolean): void {
  d.put(TESTS[n.subLinkType]);
  if (n.testexpr !== undefined) {
    const saved = d.subplans;
    d.subplans = [n, ...saved];
    printExpr(d, n.testexpr, showImplicit);
    d.subplans = saved;
    d.put(')');
  } else d.put(`${n.useHashTable ? 'hashed ' : ''}${n.plan_name})`);
}

function printSubscripting(n: SubscriptingRef, d: Deparser, showImplicit: boolean): void {
  if (n.refexpr.kind === 'CaseTestExpr') {
    if (n.refassgnexpr === undefined) throw new SqlError('XX000', 'unexpected SubscriptingRef');
    return printExpr(d, n.refassgnexpr, showImplicit);
  }
  const paren = n.refexpr.kind !== 'Var' && n.refexpr.kind !== 'FieldSelect';
  if (paren) d.put('(');
  printExpr(d, n.refexpr, showImplicit);
  if (paren) d.put(')');
  if (n.refassgnexpr !== undefined) {
    const source = printIndirection(d, n);
    d.put(' := ');
    printExpr(d, source, showImplicit);
  } else printSubscripts(d, n);
}
export function printSubscripts(d: Deparser, n: SubscriptingRef): void {
  n.refupperindexpr.forEach((upper, i) => {
    d.put('[');
    if (n.reflowerindexpr.length > 0) {
      const lower = n.reflowerindexpr[i];
      if (lower) printExpr(d, lower, false);
      d.put(':');
    }
    if (upper) printExpr(d, upper, false);
    d.put(']');
  });
}
/** processIndirection: prints the fields and subscripts of an assignment's target and answers its source. */
export function printIndirection(d: Deparser, node: Expr): Expr {
  let domain: Expr | undefined;
  for (;;) {
    if (node.kind === 'FieldStore') {
      const rel = d.catalog.types.typeInfo(node.resulttype)?.relationOid ?? 0;
      d.put(`.${quoteIdentifier(d.catalog.syscache('ATTNUM', rel, node.fieldnums[0]!)?.attname ?? '?')}`);
      node = node.newvals[0]!;
    } else if (node.kind === 'SubscriptingRef' && node.refassgnexpr !== undefined) {
      printSubscripts(d, node);
      node = node.refassgnexpr;
    } else if (node.kind === 'CoerceToDomain') {
      if (node.coercionformat !== 'implicit') return node;
      domain = node;
      node = node.arg;
      continue;
    } else break;
    domain = undefined;
  }
  return domain ?? node;
}

function stripImplicit(e: Expr): Expr {
  switch (e.kind) {
    case 'FuncExpr': return e.funcformat === 'implicit' ? stripImplicit(e.args[0]!) : e;
    case 'RelabelType': return e.relabelformat === 'implicit' ? stripImplicit(e.arg) : e;
    case 'CoerceViaIO': case 'ArrayCoerceExpr': return e.coerceformat === 'implicit' ? stripImplicit(e.arg) : e;
    case 'ConvertRowtypeExpr': return e.convertformat === 'implicit' ? stripImplicit(e.arg) : e;
    case 'CoerceToDomain': return e.coercionformat === 'implicit' ? stripImplicit(e.arg) : e;
    default: return e;
  }
}
function printCase(n: CaseExpr, d: Deparser): void {
  const gap = (): void => { if (!d.pretty.indent) d.put(' '); };
  d.keyword('CASE', 0, INDENT.var, 0);
  if (n.arg) {
    d.put(' ');
    printExpr(d, n.arg, true);
  }
  for (const when of n.args) {
    let test = when.expr;
    // CASE x WHEN y is stored as (placeholder = y).
    if (n.arg && test.kind === 'OpExpr' && test.args.length === 2 && stripImplicit(test.args[0]!).kind === 'CaseTestExpr') test = test.args[1]!;
    gap();
    d.keyword('WHEN ', 0, 0, 0);
    printExpr(d, test, false);
    d.put(' THEN ');
    printExpr(d, when.result, true);
  }
  gap();
  d.keyword('ELSE ', 0, 0, 0);
  if (n.defresult) printExpr(d, n.defresult, true);
  else d.put(`NULL::${d.typeName(n.casetype, -1)}`);
  gap();
  d.keyword('END', -INDENT.var, 0, 0);
}
function printRow(n: RowExpr, d: Deparser): void {
  d.put('ROW(');
  const rel = d.catalog.types.typeInfo(n.row_typeid)?.relationOid;
  const attributes = rel ? d.catalog.relation(rel)?.attributes : undefined;
  const args = attributes ? n.args.filter((_, i) => !attributes[i]?.attisdropped) : n.args;
  d.list(args, (e) => printToplevel(d, e, true));
  d.put(')');
  if (n.row_format === 'explicit') d.put(`::${d.typeName(n.row_typeid, -1)}`);
}
function printRowCompare(n: RowCompareExpr, d: Deparser): void {
  d.put('(ROW(');
  d.list(n.largs, (e) => printToplevel(d, e, true));
  d.put(`) ${operatorName(d, n.opnos[0]!, exprType(n.largs[0]!), exprType(n.rargs[0]!))} ROW(`);
  d.list(n.rargs, (e) => printToplevel(d, e, true));
  d.put('))');
}
