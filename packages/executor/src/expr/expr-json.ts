/** SQL/JSON expressions: constructors, IS JSON, JSON_EXISTS, JSON_QUERY and JSON_VALUE. */
import { exprType, type Expr, type JsonBehavior, type JsonExpr } from '@pglitedb/planner';
import {
  catchSoft, isJsonValue, itemJsonb, itemText, Jsonb, jsonArrayValue, jsonObjectValue, jsonParseUnique, jsonScalarValue, JsonSoftError, pathVariable, pathVariables,
  populateType, SqlError, SqlJsonPath, type Datum, type JsonPath, type Oid,
} from '@pglitedb/types';
import { constant, defineHandlers, type ExprCompiler } from './compiler.js';
import type { Compiled, EvalFn, Frame } from './frame.js';

const JSON_OID = 114;
const JSONB_OID = 3802;
const BOOL = 16;
const INT4 = 23;

type Constructor = Extract<Expr, { kind: 'JsonConstructorExpr' }>;

/** The value before its coercion to the RETURNING type. */
function construct(n: Constructor, c: ExprCompiler): Compiled {
  const jsonb = n.returning.format === 'jsonb';
  const { env } = c;
  if (n.func !== undefined) return c.compile(n.func);
  if (n.type === 'serialize' || (n.type === 'parse' && !n.unique)) return c.compile(n.args[0]!);
  const types = n.args.map((a) => exprType(a));
  const options = { jsonb, absentOnNull: n.absent_on_null, unique: n.unique };
  return c.combine(c.compileList(n.args), (fns) => {
    const values = (f: Frame): Datum[] => fns.map((g) => g(f));
    switch (n.type) {
      case 'object': return (f) => jsonObjectValue(values(f), types, options, env);
      case 'array': return (f) => jsonArrayValue(values(f), types, options, env);
      case 'scalar': return (f) => jsonScalarValue(fns[0]!(f), types[0]!, jsonb, env);
      default: return (f) => {
        const v = fns[0]!(f);
        return v === null ? null : jsonParseUnique(v, jsonb, env);
      };
    }
  });
}

/** One way to make a value of the result type, or undefined where there is nothing to do. */
type Coerce = (v: Datum | null) => Datum | null;

function behaviorText(b: JsonBehavior): string {
  return b.btype.toUpperCase().replace('_', ' ');
}

interface Behavior { readonly on: string; readonly node: JsonBehavior; readonly value: EvalFn | undefined }

/** Runs a JSON_… expression for one row: the path, the coercion, and ON EMPTY or ON ERROR where they apply. */
class JsonQuery {
  private readonly throws: boolean;

  constructor(
    private readonly n: JsonExpr, private readonly c: ExprCompiler, private readonly populate: Coerce, private readonly input: (text: string) => Datum,
    private readonly onEmpty: Behavior | undefined, private readonly onError: Behavior | undefined,
  ) {
    this.throws = n.on_error?.btype === 'error';
  }

  run(target: Jsonb, path: SqlJsonPath, f: Frame): Datum | null {
    let value: Datum | null | undefined;
    try {
      value = this.evaluate(target, path);
    } catch (e) {
      if (!(e instanceof JsonSoftError) || this.throws) throw e;
      return this.behave(this.onError!, f);
    }
    if (value !== undefined) return value;
    if (this.onEmpty !== undefined && this.onEmpty.node.btype !== 'error') return this.behave(this.onEmpty, f);
    if (this.onEmpty === undefined && !this.throws) return this.behave(this.onError!, f);
    const column = this.n.column_name;
    throw new SqlError('22035', `no SQL/JSON item found for specified path${column === undefined ? '' : ` of column "${column}"`}`);
  }

  /** undefined: the path found nothing. */
  private evaluate(target: Jsonb, path: SqlJsonPath): Datum | null | undefined {
    const { n } = this;
    switch (n.op) {
      case 'exists': return this.exists(path.exists(target));
      case 'query': {
        const found = path.query(target, n.wrapper, n.column_name);
        return found === undefined ? undefined : n.use_json_coercion ? catchSoft(() => this.populate(found)) : found;
      }
      default: {
        const found = path.value(target, n.column_name);
        if (found === undefined) return undefined;
        if (found === null) return n.use_json_coercion ? catchSoft(() => this.populate(null)) : null;
        const type = n.returning.typid;
        if (type === JSON_OID || type === JSONB_OID) return catchSoft(() => this.input(this.jsonText(itemJsonb(found))));
        if (n.use_json_coercion) return catchSoft(() => this.populate(itemJsonb(found)));
        const text = itemText(found, this.c.env);
        return n.use_io_coercion ? catchSoft(() => this.input(text)) : text;
      }
    }
  }

  private jsonText(v: Jsonb): string {
    return this.c.catalog.types.typeImpl(JSONB_OID).format(v, this.c.env);
  }

  private exists(found: boolean): Datum | null {
    const { n } = this;
    if (!n.use_json_coercion) return found;
    if (this.baseType(n.returning.typid) !== INT4) return catchSoft(() => this.populate(new Jsonb(found)));
    return catchSoft(() => this.input(found ? '1' : '0'));
  }

  private baseType(type: Oid): Oid {
    let info = this.c.catalog.types.typeInfo(type);
    while (info?.kind === 'd') info = this.c.catalog.types.typeInfo(info.baseOid);
    return info?.oid ?? type;
  }

  private behave(b: Behavior, f: Frame): Datum | null {
    try {
      return catchSoft(() => {
        const v = b.value === undefined ? null : b.value(f);
        return b.node.coerce ? this.populate(v) : v;
      });
    } catch (e) {
      if (!(e instanceof JsonSoftError)) throw e;
      if (this.throws) throw e;
      throw new SqlError('42804', `could not coerce ${b.on} expression (${behaviorText(b.node)}) to the RETURNING type`, { detail: e.message });
    }
  }
}

defineHandlers({
  JsonValueExpr: (n, c) => c.compile(n.formatted_expr),
  JsonConstructorExpr(n, c) {
    const value = construct(n, c);
    if (n.coercion === undefined) return value;
    return c.combine([value, c.compile(n.coercion)], ([v, coerce]) => (f) => {
      const saved = f.caseValue;
      f.caseValue = v!(f);
      const result = f.caseValue === null ? null : coerce!(f);
      f.caseValue = saved;
      return result;
    });
  },
  JsonIsPredicate(n, c) {
    const type = exprType(n.expr);
    return c.combine([c.compile(n.expr)], ([a]) => (f) => {
      const v = a!(f);
      return v === null ? null : isJsonValue(v, type, n.item_type, n.unique_keys);
    });
  },
  JsonExpr(n, c) {
    if (n.op === 'table') return c.compile(n.formatted_expr);
    const { env } = c;
    const impl = c.catalog.types.typeImpl(n.returning.typid);
    const { typid, typmod } = n.returning;
    const populate: Coerce = (v) => (v === null && c.catalog.types.typeInfo(typid)?.kind !== 'd' ? null : populateType(v, typid, typmod, n.omit_quotes, env));
    const input = (text: string): Datum => impl.parse(text, typmod, env);
    const cx = c.callContext(100, [JSONB_OID, 4072, JSONB_OID, BOOL], JSONB_OID);
    const passingTypes = n.passing_values.map((v) => exprType(v));
    const behaviors = [n.on_empty, n.on_error].map((b) => (b?.expr === undefined ? constant(null) : c.compile(b.expr)));
    const children = [c.compile(n.formatted_expr), c.compile(n.path_spec), ...behaviors, ...c.compileList(n.passing_values)];
    return c.combine(children, ([target, path, empty, error, ...passing]) => {
      const onEmpty = n.on_empty && { on: 'ON EMPTY', node: n.on_empty, value: empty };
      const onError = n.on_error && { on: 'ON ERROR', node: n.on_error, value: error };
      const query = new JsonQuery(n, c, populate, input, onEmpty, onError);
      return (f) => {
        const document = target!(f) as Jsonb | null;
        const p = path!(f) as JsonPath | null;
        if (document === null || p === null) return null;
        const vars = pathVariables(n.passing_names, passing.map((g, i) => pathVariable(g(f), passingTypes[i]!, env)));
        return query.run(document, new SqlJsonPath(p, vars, cx), f);
      };
    });
  },
});
