/**
 * Analysed expressions back to raw parse nodes, so that they can be analysed again after a column's type has changed
 * (PostgreSQL goes through text for this). Implicit casts vanish, as they do in its text.
 */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import { SqlError, type Oid, type TypeEnv } from '@pglitedb/types';
import type { Raw } from './raw.js';

interface Names { c: CatalogReader; env: TypeEnv; column: (attnum: number) => string }
const name = (text: string): Raw => ({ String: { sval: text } });

function typeName(n: Names, oid: Oid, typmod: number): Raw {
  const t = n.c.syscache('TYPEOID', oid)!;
  const schema = n.c.syscache('NAMESPACEOID', t.typnamespace)?.nspname ?? 'pg_catalog';
  return { names: [name(schema), name(t.typname)], typemod: typmod, location: -1 };
}
const cast = (n: Names, arg: Raw, oid: Oid, typmod: number): Raw => ({ TypeCast: { arg, typeName: typeName(n, oid, typmod), location: -1 } });

function constant(n: Names, e: Extract<Expr, { kind: 'Const' }>): Raw {
  if (e.constvalue === null) return cast(n, { A_Const: { isnull: true, location: -1 } }, e.consttype, e.consttypmod);
  const text = n.c.types.typeImpl(e.consttype).format(e.constvalue, n.env);
  if (e.consttype === 23) return { A_Const: { ival: { ival: Number(text) }, location: -1 } };
  if (e.consttype === 16) return { A_Const: { boolval: { boolval: e.constvalue === true }, location: -1 } };
  return cast(n, { A_Const: { sval: { sval: text }, location: -1 } }, e.consttype, e.consttypmod);
}

function operatorName(n: Names, opno: Oid): Raw[] {
  const op = n.c.syscache('OPEROID', opno)!;
  const schema = n.c.syscache('NAMESPACEOID', op.oprnamespace)?.nspname ?? 'pg_catalog';
  return schema === 'pg_catalog' ? [name(op.oprname)] : [name(schema), name(op.oprname)];
}
function functionName(n: Names, oid: Oid): Raw[] {
  const p = n.c.syscache('PROCOID', oid)!;
  return [name(n.c.syscache('NAMESPACEOID', p.pronamespace)?.nspname ?? 'pg_catalog'), name(p.proname)];
}

export function rawExpression(c: CatalogReader, env: TypeEnv, expr: Expr, column: (attnum: number) => string): Raw {
  return toRaw({ c, env, column }, expr);
}

function coercion(n: Names, arg: Expr, oid: Oid, typmod: number, form: string): Raw { return form === 'implicit' ? toRaw(n, arg) : cast(n, toRaw(n, arg), oid, typmod); }

function toRaw(n: Names, e: Expr): Raw {
  const all = (list: readonly Expr[]): Raw[] => list.map((x) => toRaw(n, x));
  switch (e.kind) {
    case 'Var': return { ColumnRef: { fields: [name(n.column(e.varattno))], location: -1 } };
    case 'Const': return constant(n, e);
    case 'FuncExpr':
      if (e.funcformat === 'implicit') return toRaw(n, e.args[0]!);
      if (e.funcformat === 'explicit') return cast(n, toRaw(n, e.args[0]!), e.funcresulttype, -1);
      return { FuncCall: { funcname: functionName(n, e.funcid), args: all(e.args), func_variadic: e.funcvariadic, location: -1 } };
    case 'OpExpr': return { A_Expr: { kind: 'AEXPR_OP', name: operatorName(n, e.opno), ...(e.args.length > 1 ? { lexpr: toRaw(n, e.args[0]!), rexpr: toRaw(n, e.args[1]!) } : { rexpr: toRaw(n, e.args[0]!) }), location: -1 } };
    case 'DistinctExpr': return { A_Expr: { kind: 'AEXPR_DISTINCT', name: operatorName(n, e.opno), lexpr: toRaw(n, e.args[0]!), rexpr: toRaw(n, e.args[1]!), location: -1 } };
    case 'NullIfExpr': return { A_Expr: { kind: 'AEXPR_NULLIF', name: operatorName(n, e.opno), lexpr: toRaw(n, e.args[0]!), rexpr: toRaw(n, e.args[1]!), location: -1 } };
    case 'ScalarArrayOpExpr': return { A_Expr: { kind: e.useOr ? 'AEXPR_OP_ANY' : 'AEXPR_OP_ALL', name: operatorName(n, e.opno), lexpr: toRaw(n, e.args[0]!), rexpr: toRaw(n, e.args[1]!), location: -1 } };
    case 'BoolExpr': return { BoolExpr: { boolop: `${e.boolop.toUpperCase()}_EXPR`, args: all(e.args), location: -1 } };
    case 'RelabelType': return coercion(n, e.arg, e.resulttype, e.resulttypmod, e.relabelformat);
    case 'CoerceViaIO': return coercion(n, e.arg, e.resulttype, -1, e.coerceformat);
    case 'ArrayCoerceExpr': return coercion(n, e.arg, e.resulttype, e.resulttypmod, e.coerceformat);
    case 'CoerceToDomain': return coercion(n, e.arg, e.resulttype, e.resulttypmod, e.coercionformat);
    case 'NullTest': return { NullTest: { arg: toRaw(n, e.arg), nulltesttype: e.nulltesttype === 'is_null' ? 'IS_NULL' : 'IS_NOT_NULL', location: -1 } };
    case 'BooleanTest': return { BooleanTest: { arg: toRaw(n, e.arg), booltesttype: e.booltesttype.toUpperCase(), location: -1 } };
    case 'CoalesceExpr': return { CoalesceExpr: { args: all(e.args), location: -1 } };
    case 'ArrayExpr': return cast(n, { A_ArrayExpr: { elements: all(e.elements), location: -1 } }, e.array_typeid, -1);
    case 'SQLValueFunction': throw notYet();
    default: throw notYet();
  }
}
const notYet = (): SqlError => new SqlError('0A000', 'changing the type of a column that such an expression uses is not supported yet');
